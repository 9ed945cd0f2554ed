/** What the suites of both object ports share: the other side of a source, and the words of their tests. */
import { expect } from 'vitest';
import { StoreError, type StoreErrorCode } from '../../lib/core/errors.ts';
import type { ObjectType } from '../../lib/core/object.ts';
import type { Content, ObjectSource } from '../../lib/ports/object-source.ts';
import { collected } from '../support/bytes.ts';
import { calm } from '../support/calm.ts';

/** Header and metadata values are bytes as latin1. */
export interface SeededObject {
  readonly bytes: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly type?: ObjectType;
  readonly storageClass?: string;
  readonly lastModified?: string;
  readonly withoutCrc64?: boolean;
  readonly archived?: boolean;
}

export interface SourceHarness {
  readonly source: ObjectSource;
  put(key: string, object: SeededObject): Promise<void>;
  delete(key: string): void;
  close(): Promise<void>;
}

export const NEVER = calm();
export async function bytesOf(content: Content): Promise<Buffer> {
  return content.kind === 'bytes' ? Buffer.from(content.bytes) : collected(content.chunks);
}

/** Waits for a rejection, and gives its code. */
export async function codeOf(call: Promise<unknown>): Promise<StoreErrorCode | undefined> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error === undefined || error instanceof StoreError).toBe(true);
  return error instanceof StoreError ? error.code : undefined;
}
