/** Where a task's state objects lie, under `<state prefix><taskId>/`. */
import { createHash } from 'node:crypto';

export function taskPrefix(statePrefix: string, taskId: string): string {
  return `${statePrefix}${taskId}/`;
}

/** Keys of the state objects; `prefix` is that of the task. */
export const stateKeys = {
  task: (prefix: string) => `${prefix}task.json`,
  control: (prefix: string) => `${prefix}control.json`,
  share: (prefix: string) => `${prefix}share.json`,
  report: (prefix: string) => `${prefix}report.json`,
  reportPage: (prefix: string) => `${prefix}report.html`,
  failed: (prefix: string) => `${prefix}failed.jsonl`,
  manifest: (prefix: string, segmentId: string) => `${prefix}segments/${segmentId}.jsonl.gz`,
  results: (prefix: string, segmentId: string) => `${prefix}results/${segmentId}/`,
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
