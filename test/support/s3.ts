import { rm } from 'node:fs/promises';
import S3rver from 's3rver';
import { temporaryDirectory } from './servers.js';

export interface TestBucket {
  /** Settings of a node that keeps its uploads there. */
  readonly settings: Readonly<Record<string, string>>;
  /** The store is away; `start` brings it back with what it holds. */
  stop(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

const BUCKET = 'mailroom-test';

/** An S3 service of this test's own on a free port, with one empty bucket. */
export async function startBucket(): Promise<TestBucket> {
  const directory = temporaryDirectory('s3');
  const serve = (port: number) =>
    new S3rver({
      address: '127.0.0.1',
      port,
      silent: true,
      directory,
      allowMismatchedSignatures: false,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
  let server = serve(0);
  const { port } = await server.run();
  return {
    settings: {
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
      S3_PREFIX: 'uploads/',
    },
    stop: () => server.close(),
    start: async () => {
      server = serve(port);
      await server.run();
    },
    dispose: async () => {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
