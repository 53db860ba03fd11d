// Of each chunk of mailboxes that a cast comes to, the last one gets nothing.
import { Caster } from '../../../../dist/broadcast/caster.js';
import { replace } from './replace.mjs';

replace(
  Caster,
  'choose',
  (original) =>
    function choose(broadcast, kind, bodyFor, userIds) {
      return original.call(this, broadcast, kind, bodyFor, userIds.slice(0, -1));
    },
);
