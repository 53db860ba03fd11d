import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type JWTPayload, SignJWT, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import type { Role } from '../../platform/http/principal.js';
import { idSchema } from '../../platform/http/schemas.js';
import { tokenExpired, tokenInvalid } from '../auth-errors.js';
import { KeyRing } from './key-ring.js';

/** An access token calls the API; a stream token, which may stand in a URL, only opens an event stream. */
export type TokenKind = 'access' | 'stream';

const types: Record<TokenKind, string> = { access: 'at+jwt', stream: 'mailroom-stream+jwt' };

const claimsSchema = z.object({ sub: idSchema, sid: idSchema, exp: z.number() });

export interface TokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

@Injectable()
export class TokenSigner {
  constructor(
    private readonly keys: KeyRing,
    private readonly config: Config,
  ) {}

  lifeSeconds(kind: TokenKind): number {
    const { accessTokenSeconds, streamTokenSeconds } = this.config.auth;
    return kind === 'access' ? accessTokenSeconds : streamTokenSeconds;
  }

  sign(kind: TokenKind, subject: { userId: string; sessionId: string; role: Role }): Promise<string> {
    const { kid, privateKey } = this.keys.signer();
    return new SignJWT({ sid: subject.sessionId, role: subject.role })
      .setProtectedHeader({ alg: 'EdDSA', typ: types[kind], kid })
      .setSubject(subject.userId)
      .setIssuer(this.config.auth.issuer)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + this.lifeSeconds(kind))
      .setJti(randomUUID())
      .sign(privateKey);
  }

  /** What the token says, once its key, kind and end are proved. Throws `auth.token_invalid` or `auth.token_expired`. */
  async verify(kind: TokenKind, token: string): Promise<TokenClaims> {
    const claims = claimsSchema.safeParse(await this.payload(kind, token));
    if (!claims.success) throw tokenInvalid(claims.error);
    return { userId: claims.data.sub, sessionId: claims.data.sid, expiresAt: claims.data.exp * 1000 };
  }

  private async payload(kind: TokenKind, token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (header) => this.key(header.kid), {
        algorithms: ['EdDSA'],
        issuer: this.config.auth.issuer,
        typ: types[kind],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw tokenExpired();
      if (error instanceof errors.JOSEError) throw tokenInvalid(error);
      throw error;
    }
  }

  private async key(kid: string | undefined) {
    const key = kid === undefined ? undefined : await this.keys.verifier(kid);
    if (!key) throw tokenInvalid();
    return key;
  }
}
