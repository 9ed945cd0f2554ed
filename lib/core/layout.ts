/** Where a task's state objects lie, under `<state prefix><taskId>/`. */

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
  preflight: (prefix: string, unique: string) => `${prefix}preflight-${unique}`,
};

/** `<range>/<seq>-<unique>`: sequence numbers are padded so that listings show them in order. */
export function segmentIdOf(args: { rangeId: string; seq: number; unique: string }): string {
  return `${args.rangeId}/${String(args.seq).padStart(7, '0')}-${args.unique}`;
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
