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
 * An upload may outlive the run only where the store's answer to its beginning or end was lost, and the object was
 * copied by another upload then. Those of spread objects are noted: none may. The trial of a start is nobody's who died.
 */
export function checkUploads({ buckets, uploads, weather, scenario }: Machines): string[] {
  const stormed = weather.counts.size > 0;
  const spreads = scenario.spread !== SPREAD;
  return [...buckets.sink.openUploads].flatMap(([uploadId, { key }]) => {
    const upload = uploads.get(uploadId);
    const isTrial = key.includes('oss2cos-preflight-');
    const isUnheard = upload?.aborted === true || upload?.answered === false;
    const isExcused = isTrial ? isUnheard || upload?.process.dead === true : isUnheard && !spreads;
    return stormed && isExcused ? [] : [`uploads: ${uploadId} of ${JSON.stringify(key)} was left behind`];
  });
}
