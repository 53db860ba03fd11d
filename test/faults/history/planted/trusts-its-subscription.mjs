// Nobody counts the wake-ups, and after a lost subscription nobody reads what came meanwhile.
import { MailboxLink } from '../../../../dist/mailbox/mailbox-link.js';
import { WakeUps } from '../../../../dist/mailbox/wake-ups.js';
import { replace } from './replace.mjs';

const silently = (original) =>
  function silent(...args) {
    const { attachments } = this;
    this.attachments = { all: () => [], wake: (...woken) => attachments.wake(...woken) };
    return Promise.resolve(original.apply(this, args)).finally(() => {
      this.attachments = attachments;
    });
  };
replace(WakeUps, 'subscribe', silently);
replace(
  WakeUps,
  'receive',
  (original) =>
    function receive(shard, message) {
      this.numbers[shard] = Number(message.split('\n')[0]) - 1;
      return original.call(this, shard, message);
    },
);
replace(WakeUps, 'hasReceived', () => () => true);
replace(
  MailboxLink,
  'resubscribe',
  () =>
    function resubscribe() {
      return this.wakeUps.subscribe(this.lease.name);
    },
);
