// A member list that was read once is good for ever.
import { MemberLists } from '../../../../dist/ledger/member-lists.js';
import { replace } from './replace.mjs';

replace(
  MemberLists,
  'at',
  (original) =>
    function at(heads, manager) {
      const known = heads.map(({ conversationId, membersRev }) => ({
        conversationId,
        membersRev: this.kept.get(conversationId)?.membersRev ?? membersRev,
      }));
      return original.call(this, known, manager);
    },
);
