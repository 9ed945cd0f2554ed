/** What must be left as it was, or cleaned up: the source, and uploads that nobody will complete. */
import type { Machines } from './machines.ts';

export function checkSource({ buckets }: Machines): string[] {
  const findings: string[] = [];
  const there = new Set(buckets.source.keys());
  for (const [key, versions] of buckets.versions) {
    const object = buckets.source.get(key);
    if (object !== undefined && object !== versions.at(-1))
      findings.push(`source: ${JSON.stringify(key)} was written`);
    if (object === undefined && !buckets.deleted.has(key))
      findings.push(`source: ${JSON.stringify(key)} was deleted`);
    there.delete(key);
  }
  return there.size === 0 ? findings : [...findings, `source: ${[...there].join(', ')} appeared`];
}

/** An upload may outlive the run only where its process died, or the store's answer to its beginning or end was lost. */
export function checkUploads({ buckets, uploads, weather }: Machines): string[] {
  const stormed = weather.counts.size > 0;
  return [...buckets.sink.openUploads].flatMap(([uploadId, { key }]) => {
    const upload = uploads.get(uploadId);
    const isExcused =
      stormed && (upload?.process.dead === true || upload?.aborted === true || upload?.answered === false);
    return isExcused
      ? []
      : [`uploads: ${uploadId} of ${JSON.stringify(key)} was left behind by a process that lives`];
  });
}
