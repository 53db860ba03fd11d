import * as ws from 'ws';

interface FrameOptions {
  readonly readOnly: boolean;
  readonly mask: boolean;
  readonly rsv1: boolean;
  readonly opcode: number;
  readonly fin: boolean;
}

/** Makes WebSocket frames (RFC 6455, section 5.2); the library has it in public and leaves it out of its types. */
export const { Sender } = ws as unknown as {
  readonly Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] };
};
