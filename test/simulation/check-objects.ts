/** Object by object: each listed entry ended as one of copied, skipped and failed, and the target bears it out. */
import type { SunkObject } from '../../lib/adapters/memory/object-sink.ts';
import type { Task } from '../../lib/core/task.ts';
import type { Buckets } from './buckets.ts';
import {
  differences,
  type Doings,
  keepsTarget,
  legalFailures,
  sureFailure,
  versionsOf,
} from './expectations.ts';
import type { EndedEntry, FrozenTask } from './frozen.ts';

export interface ObjectCheck {
  readonly task: Task;
  readonly buckets: Buckets;
  readonly frozen: FrozenTask;
  readonly doings: Doings;
  /**
   * Target keys where a corrupt body without an MD5 was stored before its CRC-64 told: where the process ends before it
   * takes that back, it stays, or has taken another's sound copy with it.
   */
  readonly tainted: ReadonlySet<string>;
}

export function checkObjects(check: ObjectCheck): string[] {
  const ended = check.frozen.segments.flatMap(({ entries }) => entries);
  return [
    ...checkListing(check, ended),
    ...ended.flatMap((entry) => checkEntry(check, entry)),
    ...checkForeign(check),
    ...checkBounds(check, ended),
  ];
}

/** Every object that was there all the time and that the task asks for is listed, once. */
function checkListing({ task, buckets, frozen }: ObjectCheck, ended: readonly EndedEntry[]): string[] {
  const findings: string[] = [];
  const listed = new Set<string>();
  for (const { entry } of ended) {
    if (listed.has(entry.key)) findings.push(`accounting: ${JSON.stringify(entry.key)} is in two segments`);
    listed.add(entry.key);
  }
  if (frozen.report?.listing.complete !== true || task.source.manifest !== undefined) return findings;
  for (const [key, versions] of buckets.versions) {
    const [version, later] = versions;
    if (version === undefined || later !== undefined || buckets.deleted.has(key) || buckets.added.has(key))
      continue;
    if (isAskedFor(task, key, version.bytes.length, version.lastModified) === listed.has(key)) continue;
    findings.push(`listing: ${JSON.stringify(key)} is ${listed.has(key) ? '' : 'not '}in a segment`);
  }
  return findings;
}

/** The filters of the scenarios, spelled out. */
function isAskedFor({ source, filter }: Task, key: string, bytes: number, lastModified: string): boolean {
  if (!key.startsWith(source.prefix)) return false;
  if (bytes < (filter.minBytes ?? 0) || bytes > (filter.maxBytes ?? Infinity)) return false;
  if (filter.modifiedAfter !== undefined && Date.parse(lastModified) < Date.parse(filter.modifiedAfter))
    return false;
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (filter.include !== undefined) return name.includes('1') || (key.includes('a') && !key.includes('/'));
  if (filter.exclude !== undefined)
    return !(name.includes('2') || key === '..' || (key.includes('e') && !key.includes('/')));
  return true;
}

function checkEntry(check: ObjectCheck, ended: EndedEntry): string[] {
  const { task, buckets, doings } = check;
  const { entry, failed } = ended;
  const key = JSON.stringify(entry.key);
  if (failed !== undefined) {
    const legal = legalFailures(task, buckets, entry, doings);
    return legal.has(failed) ? [] : [`failures: ${key} failed with ${failed}, which nothing gave reason for`];
  }
  const targetKey = buckets.targetKeyOf(entry.key);
  const target = buckets.sink.objects.get(targetKey);
  if (check.tainted.has(targetKey)) return [];
  if (target === undefined)
    return [
      `objects: ${key} (${entry.type ?? ''}, ${task.conflict}) counts as copied or skipped, and is not in the target`,
    ];
  if (target === buckets.foreign.get(targetKey)) return checkKept(check, entry, target);
  return checkCopy(check, entry, target);
}

/** The target still has what others put there: the rule must say so. */
function checkKept(
  { task, buckets, doings }: ObjectCheck,
  entry: EndedEntry['entry'],
  target: SunkObject,
): string[] {
  const targetKey = buckets.targetKeyOf(entry.key);
  // Others' objects that came during the run are kept under `skip`, which is the only rule they come under.
  if (!doings.targetBefore.has(targetKey)) return [];
  const keeps = versionsOf(buckets, entry).some((version) => keepsTarget(task, entry, version, target));
  return keeps
    ? []
    : [`conflict: ${JSON.stringify(entry.key)} was kept in the target, against the rule ${task.conflict}`];
}

function checkCopy(
  { task, buckets, doings }: ObjectCheck,
  entry: EndedEntry['entry'],
  target: SunkObject,
): string[] {
  const key = JSON.stringify(entry.key);
  const all = buckets.versions.get(entry.key) ?? [];
  const versions = versionsOf(buckets, entry);
  const found = versions.map((version) => differences(task, version, target, all));
  if (!found.some((differing) => differing.length === 0))
    return [
      `copies: ${key} (${entry.type ?? 'unlisted'}, ${task.conflict}) counts as copied, and differs from its source in ${found[0]?.join(', ') ?? 'everything: there never was such a version'}`,
    ];
  const before = doings.targetBefore.get(buckets.targetKeyOf(entry.key));
  const [version] = versions;
  if (version === undefined || versions.length > 1) return [];
  const sure = sureFailure(task, buckets, entry, version);
  if (sure !== undefined && sure !== 'ARCHIVED')
    return [`failures: ${key} cannot be copied (${sure}), and was`];
  return before !== undefined && keepsTarget(task, entry, version, before)
    ? [`conflict: ${key} was overwritten, against the rule ${task.conflict}`]
    : [];
}

/** Under `skip` nothing of others' is ever changed; under every rule nothing that no source object maps to. */
function checkForeign({ task, buckets }: ObjectCheck): string[] {
  const mapped = new Set([...buckets.versions.keys()].map((key) => buckets.targetKeyOf(key)));
  return [...buckets.foreign].flatMap(([key, object]) => {
    const mayChange = mapped.has(key) && task.conflict !== 'skip';
    return mayChange || buckets.sink.objects.get(key) === object
      ? []
      : [`others: the target's own ${JSON.stringify(key)} was changed`];
  });
}

/** Nothing is written but what a listed entry maps to. */
function checkBounds({ task, buckets }: ObjectCheck, ended: readonly EndedEntry[]): string[] {
  const wanted = new Set(ended.map(({ entry }) => buckets.targetKeyOf(entry.key)));
  return [...buckets.sink.objects].flatMap(([key, object]) => {
    if (object === buckets.foreign.get(key)) return [];
    const isOurs =
      wanted.has(key) && key.startsWith(task.target.prefix) && !key.startsWith(task.state.prefix);
    return isOurs
      ? []
      : [`bounds: ${JSON.stringify(key)} was written to the target, and nothing asked for it`];
  });
}
