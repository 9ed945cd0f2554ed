/** What must be left as it was, or cleaned up: the source, and uploads that nobody will complete. */
import { SPREAD } from '../../lib/core/parts.ts';
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

/**
 * An upload may outlive the run only where its process died, or the store's answer to its beginning or end was lost.
 * Those of spread objects are noted: none may.
 */
export function checkUploads({ buckets, uploads, weather, scenario }: Machines): string[] {
  const stormed = weather.counts.size > 0;
  const spreads = scenario.spread !== SPREAD;
  return [...buckets.sink.openUploads].flatMap(([uploadId, { key }]) => {
    const upload = uploads.get(uploadId);
    const isNoted = spreads && !key.includes('oss2cos-preflight-');
    const isExcused =
      stormed && (upload?.process.dead === true || upload?.aborted === true || upload?.answered === false);
    if (isExcused && !isNoted) return [];
    return [
      `uploads: ${uploadId} of ${JSON.stringify(key)} was left behind${isNoted ? '' : ' by a process that lives'}`,
    ];
  });
}
