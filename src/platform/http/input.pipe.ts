import { StandardSchemaValidationPipe } from '@nestjs/common';

/**
 * Validates input by the schema of its parameter. Nothing is taken out of it before: a field that no schema knows is an
 * error, whatever it is called, and what an application sends along is stored as it came. `__proto__` does not get here.
 */
export class InputPipe extends StandardSchemaValidationPipe {
  protected override stripProtoKeys(): void {
    // On purpose.
  }
}
