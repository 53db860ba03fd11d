import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  type CryptoKey,
  type JWK,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose';
import { Config } from '../../platform/config/config.js';
import { every } from '../../platform/jobs/every.js';
import { type KeyPolicy, type ScheduledKey, planKeys } from './key-schedule.js';
import type { SigningKey } from './signing-key.entity.js';
import { SigningKeysStore } from './signing-keys.store.js';

const DAY_MS = 86_400_000;
/** Every node knows a new key long before it signs: the lead is a thousand times this. */
const RELOAD_MS = 60_000;
/** A token with an unknown key asks the database at most this often. */
const UNKNOWN_KID_RELOAD_MS = 1_000;

interface LoadedKey extends ScheduledKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** The keys that sign and verify tokens: kept in MySQL, shared by all nodes, replaced with overlap. */
@Injectable()
export class KeyRing implements OnModuleInit, OnApplicationShutdown {
  private keys: readonly LoadedKey[] = [];
  private loadedAt = 0;
  private loading: Promise<void> | undefined;
  private stopReloading: (() => void) | undefined;
  private readonly policy: KeyPolicy;
  private readonly logger = new Logger(KeyRing.name);

  constructor(
    private readonly store: SigningKeysStore,
    { auth }: Config,
  ) {
    this.policy = {
      rotationMs: auth.keyRotationDays * DAY_MS,
      leadMs: DAY_MS / 2,
      tokenMs: Math.max(auth.accessTokenSeconds, auth.streamTokenSeconds) * 1000,
    };
  }

  async onModuleInit(): Promise<void> {
    await this.load();
    this.stopReloading = every(RELOAD_MS, this.logger, 'signing keys not reloaded', () => this.load());
  }

  onApplicationShutdown(): void {
    this.stopReloading?.();
  }

  /** The key that signs now. */
  signer(): { readonly kid: string; readonly privateKey: CryptoKey } {
    const { signing } = planKeys(this.keys, this.policy, new Date());
    if (!signing) throw new Error('There is no signing key.');
    return signing;
  }

  /** Undefined for a key that no node has made. */
  async verifier(kid: string): Promise<CryptoKey | undefined> {
    const known = this.find(kid);
    if (known || Date.now() - this.loadedAt < UNKNOWN_KID_RELOAD_MS) return known?.publicKey;
    await this.load();
    return this.find(kid)?.publicKey;
  }

  /** Whether a key that was found once still stands. */
  has(kid: string): boolean {
    return this.find(kid) !== undefined;
  }

  /** Those that sign, signed or will sign, while a token of theirs may be valid. */
  published(): JWK[] {
    return this.keys.map((key) => key.publicJwk);
  }

  private find(kid: string): LoadedKey | undefined {
    return this.keys.find((key) => key.kid === kid);
  }

  /** Reads the keys, and makes the next one or forgets the last one when it is time. One at a time. */
  private load(): Promise<void> {
    this.loading ??= this.loadNow().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  private async loadNow(): Promise<void> {
    this.loadedAt = Date.now();
    let rows = await this.store.findAll();
    const { wanted, ended } = planKeys(rows, this.policy, new Date());
    if (wanted) {
      await this.store.addUnlessThere(await makeKey(wanted));
      rows = await this.store.findAll();
    }
    await this.store.remove(ended.map((key) => key.generation));
    this.keys = await Promise.all(rows.filter((row) => !ended.includes(row)).map((row) => this.import(row)));
  }

  private async import(row: SigningKey): Promise<LoadedKey> {
    const known = this.find(row.kid);
    if (known) return known;
    const publicJwk = JSON.parse(row.publicJwk) as JWK;
    return {
      generation: row.generation,
      signsFrom: row.signsFrom,
      kid: row.kid,
      publicJwk,
      publicKey: (await importJWK(publicJwk, 'EdDSA')) as CryptoKey,
      privateKey: (await importJWK(JSON.parse(row.privateJwk) as JWK, 'EdDSA')) as CryptoKey,
    };
  }
}

async function makeKey(wanted: ScheduledKey): Promise<SigningKey> {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    ...wanted,
    kid,
    publicJwk: JSON.stringify({ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' }),
    privateJwk: JSON.stringify(await exportJWK(pair.privateKey)),
  };
}
