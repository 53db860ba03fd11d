import { z } from 'zod';
import { type Role, roles } from '../platform/http/principal.js';
import { idInputSchema } from '../platform/http/schemas.js';

/** Audiences within audiences. */
const MAX_DEPTH = 5;
const MAX_PARTS = 50;

/** Whom something is for: a rule that users fulfil or not. */
export type Audience =
  | { readonly all: true }
  | { readonly roles: readonly Role[] }
  | { readonly userIds: readonly string[] }
  | { readonly groupIds: readonly string[] }
  | { readonly conversationIds: readonly string[] }
  | { readonly and: readonly Audience[] }
  | { readonly or: readonly Audience[] }
  | { readonly not: Audience };

const idsSchema = z.array(idInputSchema).min(1).max(5_000);
const partsSchema = z
  .array(z.lazy(() => audienceSchema))
  .min(1)
  .max(20);

export const audienceSchema: z.ZodType<Audience> = z
  .union([
    z.strictObject({ all: z.literal(true) }),
    z.strictObject({ roles: z.array(z.enum(roles)).min(1).max(roles.length) }),
    z.strictObject({ userIds: idsSchema }),
    z.strictObject({ groupIds: idsSchema }),
    z.strictObject({ conversationIds: idsSchema }),
    z.strictObject({ and: partsSchema }),
    z.strictObject({ or: partsSchema }),
    z.strictObject({ not: z.lazy(() => audienceSchema) }),
  ])
  .meta({
    id: 'Audience',
    description:
      'Whom it is for: everyone, users with a role, users, groups of users, members of conversations; or a combination of audiences.',
    examples: [{ all: true }],
  });

/** What a rule has to know of a user. */
export interface Candidate {
  readonly id: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** By group of users: since when the user is in it. */
  readonly inGroupSince: ReadonlyMap<string, Date>;
  /** By conversation: since when the user is in it. */
  readonly memberSince: ReadonlyMap<string, Date>;
}

/** Whether a user belongs to an audience. With a time: already did so then, by what is known now. */
export function covers(audience: Audience, user: Candidate, asOf?: Date): boolean {
  if (asOf && user.createdAt > asOf) return false;
  return fulfils(audience, user, asOf);
}

function fulfils(audience: Audience, user: Candidate, asOf: Date | undefined): boolean {
  if ('all' in audience) return true;
  if ('roles' in audience) return audience.roles.includes(user.role);
  if ('userIds' in audience) return audience.userIds.includes(user.id);
  if ('groupIds' in audience) return isInAny(audience.groupIds, user.inGroupSince, asOf);
  if ('conversationIds' in audience) return isInAny(audience.conversationIds, user.memberSince, asOf);
  if ('and' in audience) return audience.and.every((part) => fulfils(part, user, asOf));
  if ('or' in audience) return audience.or.some((part) => fulfils(part, user, asOf));
  return !fulfils(audience.not, user, asOf);
}

const isInAny = (ids: readonly string[], since: ReadonlyMap<string, Date>, asOf: Date | undefined): boolean =>
  ids.some((id) => {
    const joinedAt = since.get(id);
    return joinedAt !== undefined && (!asOf || joinedAt <= asOf);
  });

/** The audience and all that it is made of. */
export function partsOf(audience: Audience): Audience[] {
  if ('and' in audience) return [audience, ...audience.and.flatMap(partsOf)];
  if ('or' in audience) return [audience, ...audience.or.flatMap(partsOf)];
  if ('not' in audience) return [audience, ...partsOf(audience.not)];
  return [audience];
}

export const conversationsIn = (audience: Audience): string[] =>
  partsOf(audience).flatMap((part) => ('conversationIds' in part ? part.conversationIds : []));

export const groupsIn = (audience: Audience): string[] =>
  partsOf(audience).flatMap((part) => ('groupIds' in part ? part.groupIds : []));

export const usersIn = (audience: Audience): string[] =>
  partsOf(audience).flatMap((part) => ('userIds' in part ? part.userIds : []));

const depthOf = (audience: Audience): number => {
  const inner =
    'and' in audience
      ? audience.and
      : 'or' in audience
        ? audience.or
        : 'not' in audience
          ? [audience.not]
          : [];
  return 1 + Math.max(0, ...inner.map(depthOf));
};

/** Whether it can be asked without effort. */
export const isSimpleEnough = (audience: Audience): boolean =>
  depthOf(audience) <= MAX_DEPTH && partsOf(audience).length <= MAX_PARTS;
