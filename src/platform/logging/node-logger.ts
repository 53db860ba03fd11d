import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** The framework's own account of what it wires together. */
const wiring = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'WebSocketsController',
  'NestFactory',
]);

/** Says at `info` what concerns whoever runs the node; how the framework wires it is for `debug`. */
@Injectable()
export class NodeLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (wiring.has(String(rest.at(-1)))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
