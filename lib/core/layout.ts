/** Where a task's state objects lie, under `<state prefix><taskId>/`. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { KiB, MiB } from './bytes.ts';
import { cosKeyProblem } from './keys.ts';

export function taskPrefix(statePrefix: string, taskId: string): string {
  return `${statePrefix}${taskId}/`;
}

/** Keys of the state objects; `prefix` is that of the task. */
export const stateKeys = {
  task: (prefix: string) => `${prefix}task.json`,
  control: (prefix: string) => `${prefix}control.json`,
  report: (prefix: string) => `${prefix}report.json`,
  reportPage: (prefix: string) => `${prefix}report.html`,
  failed: (prefix: string) => `${prefix}failed.jsonl`,
  manifest: (prefix: string, segmentId: string) => `${prefix}segments/${segmentId}.jsonl.gz`,
  results: (prefix: string, segmentId: string) => `${prefix}results/${segmentId}/`,
  uploads: (prefix: string, segmentId: string) => `${prefix}uploads/${segmentId}/`,
  preflight: (prefix: string, unique: string) => `${prefix}preflight-${unique}`,
};

export interface SegmentPlace {
  readonly rangeId: string;
  readonly seq: number;
  /** Doubled planners write manifests of the same content: each its own. */
  readonly unique: string;
}

/** Hex digits of a manifest's SHA-256 that its segment's id keeps: 128 bits, beyond forging another text to fit. */
const DIGEST_DIGITS = 32;

function manifestDigest(manifest: Uint8Array): string {
  return createHash('sha256').update(manifest).digest('hex').slice(0, DIGEST_DIGITS);
}

/**
 * `<range>/<seq>-<unique>`: sequence numbers are padded so that listings show them in order. The unique part ends with
 * the digest of the manifest's bytes. Ids come from rows and messages, so whoever can write the bucket can not put
 * another manifest under one.
 */
export function segmentIdOf({ rangeId, seq, unique }: SegmentPlace, manifest: Uint8Array): string {
  return `${rangeId}/${String(seq).padStart(7, '0')}-${unique}${manifestDigest(manifest)}`;
}

/** Whether these are the very bytes that the segment was named after. */
export function isManifestOf(segmentId: string, manifest: Uint8Array): boolean {
  return segmentId.endsWith(manifestDigest(manifest));
}

/**
 * No state object of its kind, told by its name, is larger. A result or a manifest tells of 1,000 keys of 1,023 bytes,
 * each of which JSON may write as six; what is read in steps has no bound.
 */
export function stateBytesMax(key: string): number {
  if (key.endsWith('/control.json')) return 64 * KiB;
  return key.endsWith('/task.json') || key.endsWith('/report.json') ? 8 * MiB : 32 * MiB;
}

/** As somebody on the way would write it who takes a key for a path: `a//b/../c` is `a/c`. */
function asPath(key: string): string {
  return posix.normalize(`/${key}`).slice(1);
}

/** Whether a key begins with a prefix, or would if `//`, `.` and `..` were collapsed. */
export function liesUnder(key: string, prefix: string): boolean {
  if (key.startsWith(prefix)) return true;
  return (key.includes('//') || key.includes('./')) && asPath(key).startsWith(prefix);
}

/** Names below it take up to 300 bytes of the 850 that a key has. */
const STATE_PREFIX_BYTES_MAX = 512;

/** Whether COS takes keys that begin so, and everybody takes them for the same keys. */
export function isStatePrefix(prefix: string): boolean {
  const fits = Buffer.byteLength(prefix) <= STATE_PREFIX_BYTES_MAX;
  return fits && cosKeyProblem(prefix) === undefined && asPath(prefix) === prefix;
}

export function cosUrl(bucket: string, key: string): string {
  return `cos://${bucket}/${key}`;
}

export interface CosAddress {
  readonly bucket: string;
  readonly key: string;
}

/** Splits `cos://bucket/key`; the key is taken as it stands, never decoded or normalised. */
export function parseCosUrl(url: string): CosAddress {
  const rest = url.slice('cos://'.length);
  const slash = rest.indexOf('/');
  return { bucket: rest.slice(0, slash), key: rest.slice(slash + 1) };
}
