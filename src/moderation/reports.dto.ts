import { z } from 'zod';
import { untilSchema } from '../conversations/sanctions.dto.js';
import { type MessageView, messageSchema } from '../ledger/message.dto.js';
import {
  idSchema,
  pageQuerySchema,
  pageSchema,
  seqSchema,
  text,
  timestampSchema,
} from '../platform/http/schemas.js';
import { type Report, reportActions, reportReasons, reportStates } from './report.entity.js';

const reasonSchema = z.enum(reportReasons).meta({ examples: ['spam'] });
const stateSchema = z.enum(reportStates).meta({ examples: ['open'] });
const remark = (description: string) =>
  text(1, 1000)
    .optional()
    .meta({ description, examples: ['The third time.'] });

export const reportMessageSchema = z
  .strictObject({ reason: reasonSchema, comment: remark('For the moderators.') })
  .meta({ id: 'ReportMessage' });
export type ReportMessage = z.infer<typeof reportMessageSchema>;

export const reportSchema = z
  .object({
    id: idSchema,
    conversationId: idSchema,
    seq: seqSchema.meta({ description: 'Of the message.', examples: [42] }),
    reason: reasonSchema,
    comment: z.string().nullable(),
    state: stateSchema,
    createdAt: timestampSchema,
  })
  .meta({ id: 'Report', description: 'A report, as whoever made it sees it.' });
export type ReportView = z.infer<typeof reportSchema>;

export const toReportView = (report: Report): ReportView => ({
  id: report.id,
  conversationId: report.conversationId,
  seq: report.seq,
  reason: report.reason,
  comment: report.comment,
  state: report.state,
  createdAt: report.createdAt.toISOString(),
});

export const reportResponseSchema = z.object({ report: reportSchema }).meta({ id: 'ReportResponse' });
export type ReportResponse = z.infer<typeof reportResponseSchema>;

export const reportCaseSchema = reportSchema
  .extend({
    senderId: idSchema.meta({ description: 'Who sent the message.' }),
    reporterId: idSchema,
    action: z.enum(reportActions).nullable().meta({ description: 'With what it was closed.' }),
    note: z.string().nullable(),
    closedBy: idSchema.nullable(),
    closedAt: timestampSchema.nullable(),
    message: messageSchema.nullable().meta({ description: 'As it is now: of a deleted one, the tombstone.' }),
  })
  .meta({ id: 'ReportCase', description: 'A report, as moderators see it.' });
export type ReportCase = z.infer<typeof reportCaseSchema>;

export const toReportCase = (report: Report, message: MessageView | undefined): ReportCase => ({
  ...toReportView(report),
  senderId: report.senderId,
  reporterId: report.reporterId,
  action: report.action,
  note: report.note,
  closedBy: report.closedBy,
  closedAt: report.closedAt?.toISOString() ?? null,
  message: message ?? null,
});

export const reportCaseResponseSchema = z
  .object({ report: reportCaseSchema })
  .meta({ id: 'ReportCaseResponse' });
export type ReportCaseResponse = z.infer<typeof reportCaseResponseSchema>;

export const reportCasePageSchema = pageSchema(reportCaseSchema).meta({ id: 'ReportCasePage' });
export type ReportCasePage = z.infer<typeof reportCasePageSchema>;

export const reportQuerySchema = pageQuerySchema.extend({
  state: stateSchema.optional().meta({ description: 'Only those in this state.' }),
  conversationId: idSchema.optional().meta({ description: 'Only those about this conversation.' }),
  senderId: idSchema.optional().meta({ description: 'Only those about this user’s messages.' }),
  reporterId: idSchema.optional().meta({ description: 'Only those by this user.' }),
});
export type ReportQuery = z.infer<typeof reportQuerySchema>;

const note = { note: remark('For the record.') };

export const closeReportSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.literal('dismiss'), ...note }).meta({ id: 'DismissReport' }),
    z.strictObject({ action: z.literal('resolve'), ...note }).meta({ id: 'ResolveReport' }),
    z.strictObject({ action: z.literal('delete_message'), ...note }).meta({ id: 'DeleteReportedMessage' }),
    z
      .strictObject({ action: z.literal('mute'), until: untilSchema, ...note })
      .meta({ id: 'MuteReportedSender' }),
    z
      .strictObject({ action: z.literal('ban'), until: untilSchema.nullable().default(null), ...note })
      .meta({ id: 'BanReportedSender' }),
  ])
  .meta({ id: 'CloseReport' });
export type CloseReport = z.infer<typeof closeReportSchema>;
