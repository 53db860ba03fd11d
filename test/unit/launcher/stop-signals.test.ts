import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { listenForStop } from '../../../src/launcher/stop-signals.js';

function aTerminal() {
  const source = new EventEmitter();
  let now = 1_000_000;
  const stop = listenForStop(source, () => now);
  const send = (signal: string, afterMs = 0) => {
    now += afterMs;
    source.emit(signal);
  };
  return { stop, send };
}

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('takes %s for a wish to stop', (signal) => {
  const { stop, send } = aTerminal();
  expect(stop.requested.aborted).toBe(false);
  send(signal);
  expect(stop.requested.aborted).toBe(true);
});

it('takes one Ctrl-C that arrives twice for one wish', () => {
  const { stop, send } = aTerminal();
  send('SIGINT');
  send('SIGINT', 200);
  expect(stop.hurried.aborted).toBe(false);
});

it('hurries when the wish is repeated later', () => {
  const { stop, send } = aTerminal();
  send('SIGINT');
  send('SIGINT', 1_500);
  expect(stop.hurried.aborted).toBe(true);
});
