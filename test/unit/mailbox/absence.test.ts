import { expect, it } from 'vitest';
import { Absence } from '../../../src/mailbox/absence.js';
import { MailboxEvent } from '../../../src/mailbox/event.js';
import { aReference } from '../../support/builders.js';
import { Listener } from '../../support/listener.js';

const event = (body: string, about?: string) => new MailboxEvent(null, 'presence.changed', body, about);

/** What is shown to the connection that comes. */
function shownBy(absence: Absence): string[] {
  const listener = new Listener('1');
  absence.endWith(listener);
  return listener.shown.map(({ json }) => json.slice('{"cursor":null,'.length));
}

const anAbsence = () => new Absence(new Listener('1').connection);

it('shows at the return what was shown meanwhile, in its order, up to a bound', () => {
  const absence = anAbsence();
  for (let n = 1; n <= 100; n += 1) absence.ephemeral(event(String(n)));
  expect(shownBy(absence)).toEqual(Array.from({ length: 20 }, (_, i) => String(i + 1)));
});

it('keeps of what is about the same the last alone, of many more, up to a bound', () => {
  const absence = anAbsence();
  for (const round of ['old', 'new'])
    for (let n = 1; n <= 2_000; n += 1) absence.ephemeral(event(`${round} ${n}`, String(n)));
  expect(shownBy(absence)).toEqual(Array.from({ length: 1_000 }, (_, i) => `new ${i + 1}`));
});

it('forgets what is of a conversation whose end may have been missed, and no more than that', () => {
  const absence = anAbsence();
  absence.ephemeral(event('of 100'), '100');
  absence.ephemeral(event('of 101'), '101');
  absence.ephemeral(event('of somebody', '7'));
  const reference = aReference({ type: 'member.removed', conversationId: '100', subject: '1' });
  absence.wakeUp({ position: { ms: 1, n: 1 }, reference, event: undefined });
  expect(shownBy(absence)).toEqual(['of 101', 'of somebody']);
  absence.refresh();
  expect(shownBy(absence)).toEqual(['of somebody']);
});
