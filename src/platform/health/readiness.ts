import { Injectable } from '@nestjs/common';

/** Whether this node still takes traffic; set once, when it starts to shut down. */
@Injectable()
export class Readiness {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  drain(): void {
    this.draining = true;
  }
}
