import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type JWTVerifyResult, SignJWT, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import type { Role } from '../../platform/http/principal.js';
import { idSchema } from '../../platform/http/schemas.js';
import { tokenExpired, tokenInvalid } from '../auth-errors.js';
import { KeyRing } from './key-ring.js';

/** An access token calls the API; a stream token, which may stand in a URL, only opens an event stream. */
export type TokenKind = 'access' | 'stream';

const types: Record<TokenKind, string> = { access: 'at+jwt', stream: 'mailroom-stream+jwt' };

/** Tokens that a node remembers: some 600 bytes each. */
const REMEMBERED = 20_000;

const claimsSchema = z.object({ sub: idSchema, sid: idSchema, exp: z.number() });

export interface TokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

interface Verified {
  readonly kid: string;
  readonly claims: TokenClaims;
}

/** Signs tokens and verifies them. A signature costs more than all else that a call is asked for: each is checked once. */
@Injectable()
export class TokenSigner {
  private readonly verified = new LRUCache<string, Verified>({ max: REMEMBERED });

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
    const name = `${kind} ${token}`;
    const known = this.verified.get(name);
    if (known && this.keys.has(known.kid)) {
      if (known.claims.expiresAt <= Date.now()) throw tokenExpired();
      return known.claims;
    }
    const { payload, protectedHeader } = await this.check(kind, token);
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) throw tokenInvalid(parsed.error);
    const { sub: userId, sid: sessionId, exp } = parsed.data;
    const claims = { userId, sessionId, expiresAt: exp * 1000 };
    this.verified.set(name, { kid: protectedHeader.kid ?? '', claims });
    return claims;
  }

  private async check(kind: TokenKind, token: string): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, (header) => this.key(header.kid), {
        algorithms: ['EdDSA'],
        issuer: this.config.auth.issuer,
        typ: types[kind],
      });
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
