// The last read mark that somebody gives counts, not the farthest.
import { ReceiptsStore } from '../../../../dist/messaging/receipts/receipts.store.js';
import { replace } from './replace.mjs';

replace(
  ReceiptsStore,
  'standing',
  (original) =>
    async function standing(...args) {
      const marks = await original.apply(this, args);
      return marks.map((mark) => ({ ...mark, readSeq: 0 }));
    },
);
replace(
  ReceiptsStore,
  'raise',
  (original) =>
    async function raise(manager, marks) {
      await original.call(this, manager, marks);
      for (const { conversationId, userId, readSeq } of marks.filter((mark) => mark.readSeq > 0))
        await manager.query('UPDATE members SET readSeq = ? WHERE conversationId = ? AND userId = ?', [
          readSeq,
          conversationId,
          userId,
        ]);
    },
);
