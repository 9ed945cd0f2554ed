/** What the suites of sinks share: the other side of a sink, and what they write. */
import type { TargetAttributes } from '../../lib/core/object.ts';
import type { ObjectSink, WriteRequest } from '../../lib/ports/object-sink.ts';
import type { Content } from '../../lib/ports/object-source.ts';
import { inChunks } from '../support/bytes.ts';

/** What the store holds, looked at from its other side. Header and metadata values are bytes as latin1. */
export interface HeldObject extends TargetAttributes {
  readonly bytes: Buffer;
}

export interface SinkHarness {
  readonly sink: ObjectSink;
  /** A sink over a bucket that has, or had, versioning. */
  versioned(versioning: 'enabled' | 'suspended'): Promise<ObjectSink>;
  readonly held: (key: string) => Promise<HeldObject | undefined>;
  /** Uploads begun, and neither completed nor aborted. */
  readonly uploadCount: () => number;
  /** The store's time. */
  readonly nowMs: () => number;
  close(): Promise<void>;
}

export const PLAIN: TargetAttributes = {
  headers: { 'content-type': 'text/plain' },
  metadata: {},
  tags: {},
  storageClass: 'STANDARD',
};

export function contentOf(bytes: Uint8Array): Content {
  return { kind: 'bytes', bytes };
}

export function streamOf(bytes: Uint8Array, size = bytes.length): Content {
  return { kind: 'stream', size, chunks: inChunks(bytes), destroy: () => undefined };
}

export function writeOf(key: string, bytes: Uint8Array, more: Partial<WriteRequest> = {}): WriteRequest {
  return { key, content: contentOf(bytes), attributes: PLAIN, forbidOverwrite: false, ...more };
}
