// Whoever follows asks MySQL for messages with an id above the last one: what is committed later with a smaller id is
// never asked for.
import { Attachments } from '../../../../dist/mailbox/attachments.js';
import { MailboxService } from '../../../../dist/mailbox/mailbox.service.js';
import { replace } from './replace.mjs';

const EPOCH_MS = 1_704_067_200_000n;
const BITS = 22n;
const positionOf = (id) => ({
  ms: Number((id >> BITS) + EPOCH_MS),
  n: Number(id & ((1n << BITS) - 1n)),
});
const idOf = ({ ms, n }) => ((BigInt(ms) - EPOCH_MS) << BITS) + BigInt(n);

replace(
  Attachments,
  'wake',
  () =>
    function wake(userId) {
      for (const { listener } of this.byUser.get(userId) ?? []) listener.refresh();
    },
);
replace(
  MailboxService,
  'read',
  () =>
    async function read(userId, after, limit) {
      const rows = await this.epochs.dataSource.query(
        `SELECT m.id, m.conversationId, m.seq, m.createdRev, m.senderId FROM messages m
         JOIN members b ON b.conversationId = m.conversationId AND b.userId = ?
         WHERE m.id > ? ORDER BY m.id LIMIT ?`,
        [userId, String(idOf(after)), limit],
      );
      const entries = rows.map(({ id, conversationId, seq, createdRev, senderId }) => ({
        position: positionOf(BigInt(id)),
        reference: { type: 'message.created', conversationId, rev: createdRev, seq, subject: senderId },
      }));
      return { kind: 'page', tail: entries.at(-1)?.position ?? after, cast: 0, entries };
    },
);
