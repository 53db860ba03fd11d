import type { Audience } from './audience.js';

/** A condition on the users `u`, with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The same rule as `covers`, as MySQL asks it. Disabled users are in no audience. */
export function toCondition(audience: Audience, asOf?: Date): Condition {
  const { sql, parameters } = fulfils(audience, asOf);
  const existed = asOf ? ' AND u.createdAt <= ?' : '';
  return {
    sql: `u.disabledAt IS NULL${existed} AND ${sql}`,
    parameters: [...(asOf ? [asOf] : []), ...parameters],
  };
}

function fulfils(audience: Audience, asOf: Date | undefined): Condition {
  if ('all' in audience) return { sql: 'TRUE', parameters: [] };
  if ('roles' in audience) return { sql: 'u.role IN (?)', parameters: [audience.roles] };
  if ('userIds' in audience) return { sql: 'u.id IN (?)', parameters: [audience.userIds] };
  if ('groupIds' in audience) {
    const joined = asOf ? ' AND g.joinedAt <= ?' : '';
    return {
      sql: `EXISTS (SELECT 1 FROM user_group_members g
        WHERE g.userId = u.id AND g.groupId IN (?)${joined})`,
      parameters: [audience.groupIds, ...(asOf ? [asOf] : [])],
    };
  }
  if ('conversationIds' in audience) {
    const joined = asOf ? ' AND m.joinedAt <= ?' : '';
    return {
      sql: `EXISTS (SELECT 1 FROM members m
        WHERE m.userId = u.id AND m.conversationId IN (?) AND m.removedAt IS NULL${joined})`,
      parameters: [audience.conversationIds, ...(asOf ? [asOf] : [])],
    };
  }
  if ('not' in audience) {
    const { sql, parameters } = fulfils(audience.not, asOf);
    return { sql: `NOT (${sql})`, parameters };
  }
  const [parts, word] = 'and' in audience ? [audience.and, ' AND '] : [audience.or, ' OR '];
  const conditions = parts.map((part) => fulfils(part, asOf));
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(word)})`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}
