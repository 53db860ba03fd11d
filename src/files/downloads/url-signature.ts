import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed URL grants: to see one file, in one form, as this user may see it, until then. */
export interface Grant {
  readonly fileId: string;
  readonly form: 'whole' | 'thumbnail';
  readonly userId: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

export const sign = (grant: Grant, secret: Buffer): string => mac(grant, secret).toString('base64url');

/** Whether the grant was signed with this secret, and its time is not over. */
export function isValid(grant: Grant, signature: string, secret: Buffer, now = Date.now()): boolean {
  const given = Buffer.from(signature, 'base64url');
  const right = mac(grant, secret);
  return given.length === right.length && timingSafeEqual(given, right) && now < grant.expires * 1000;
}

const mac = ({ fileId, form, userId, expires }: Grant, secret: Buffer): Buffer =>
  createHmac('sha256', secret).update(`file ${fileId} ${form} ${userId} ${expires}`).digest();
