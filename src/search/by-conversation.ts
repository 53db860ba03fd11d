interface OfConversation {
  readonly conversationId: string;
}

/**
 * Rows that one question about several conversations brought, in the order of these. Where it brought as many as it may,
 * the last conversation of the rows has perhaps more of them, and those after it have not been looked at.
 */
export function byConversation<T extends OfConversation>(
  rows: readonly T[],
  limit: number,
  asked: readonly OfConversation[],
): { of(which: OfConversation): readonly T[]; isCut(which: OfConversation): boolean } {
  const lists = new Map<string, T[]>(asked.map(({ conversationId }) => [conversationId, []]));
  for (const row of rows) lists.get(row.conversationId)?.push(row);
  const last = rows.length >= limit ? rows.at(-1) : undefined;
  return {
    of: ({ conversationId }) => lists.get(conversationId) ?? [],
    isCut: ({ conversationId }) =>
      last !== undefined &&
      lists.has(conversationId) &&
      BigInt(conversationId) >= BigInt(last.conversationId),
  };
}
