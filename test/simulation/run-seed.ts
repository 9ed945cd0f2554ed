/** Everything that one seed is put through: the run itself, the same task once more, and the retry of what failed. */
import type { SunkObject } from '../../lib/adapters/memory/object-sink.ts';
import { parseTask } from '../../lib/core/task.ts';
import { checkObjects } from './check-objects.ts';
import { checkLedger, checkReport } from './check-report.ts';
import { checkSource, checkUploads } from './check-source.ts';
import { type Doings, sureFailure } from './expectations.ts';
import { type FrozenTask, readFrozen } from './frozen.ts';
import { Simulation } from './simulation.ts';
import type { Scenario } from './scenario.ts';
import type { Happening } from './weather.ts';

export interface SeedResult {
  readonly findings: readonly string[];
  readonly counts: ReadonlyMap<Happening, number>;
  readonly status: string;
  readonly codes: readonly string[];
  /** Equal for equal runs. */
  readonly fingerprint: string;
  readonly trace: readonly string[];
  /** What was excused as a known hole of the design: a body that only its CRC-64 tells to be corrupt. */
  readonly excused: number;
}

export async function runSeed(scenario: Scenario, options: { traces?: boolean } = {}): Promise<SeedResult> {
  const simulation = await Simulation.open(scenario, options);
  const { machines } = simulation;
  const targetBefore = new Map(machines.buckets.foreign);
  await simulation.run();
  const findings = [...simulation.findings];
  const frozen = await readFrozen(machines, scenario.task);
  const doings = { stormed: !scenario.calm, cancelled: simulation.cancelled, targetBefore };
  const excused = strictly(simulation, frozen, doings);
  const checks = findings.length > 0 ? [] : [checkAll, checkAgain, checkRetry];
  findings.push(...(await firstFindings(checks, simulation, frozen, doings)));
  return {
    findings,
    counts: machines.weather.counts,
    status: frozen.report?.status ?? 'none',
    codes: frozen.report?.failures.map(({ code }) => code) ?? [],
    fingerprint: machines.trace.fingerprint,
    excused,
    trace: machines.trace.lines,
  };
}

type Check = (simulation: Simulation, frozen: FrozenTask, doings: Doings) => Promise<string[]>;

/** Later checks take for granted what earlier ones found. */
async function firstFindings(checks: readonly Check[], ...run: Parameters<Check>): Promise<string[]> {
  for (const check of checks) {
    const findings = await check(...run);
    if (findings.length > 0) return findings;
  }
  return [];
}

/** What would be found if nothing were excused. */
function strictly({ machines }: Simulation, frozen: FrozenTask, doings: Doings): number {
  const { scenario, buckets } = machines;
  return checkObjects({ task: scenario.task, buckets, frozen, doings, tainted: new Set() }).length;
}

async function checkAll({ machines }: Simulation, frozen: FrozenTask, doings: Doings): Promise<string[]> {
  const { task } = machines.scenario;
  return [
    ...frozen.findings,
    ...checkObjects({ task, buckets: machines.buckets, frozen, doings, tainted: machines.tainted }),
    ...checkReport(frozen),
    ...(await checkLedger(machines, task.taskId, frozen)),
    ...checkSource(machines),
    ...checkUploads(machines),
  ];
}

/** The same task again changes nothing: neither in the target nor among the state objects. */
async function checkAgain(simulation: Simulation): Promise<string[]> {
  const { buckets, state, scenario } = simulation.machines;
  const [target, objects] = [new Map(buckets.sink.objects), new Map(state.objects)];
  await simulation.runCalm(scenario.task);
  return [
    ...simulation.findings,
    ...(isSame(target, buckets.sink.objects) ? [] : ['again: the same task once more changed the target']),
    ...(isSame(objects, state.objects) ? [] : ['again: the same task once more changed state objects']),
  ];
}

function isSame(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): boolean {
  return before.size === after.size && [...before].every(([key, value]) => after.get(key) === value);
}

/** In calm weather a retry takes up the failed keys and no other, and all of them arrive that can. */
async function checkRetry(simulation: Simulation, first: FrozenTask): Promise<string[]> {
  const { machines } = simulation;
  const { task } = machines.scenario;
  const address = first.report?.manifests.failed;
  if (address === undefined) return [];
  const retry = parseTask({ ...task, taskId: 'sim-retry', source: { ...task.source, manifest: address } });
  const targetBefore: ReadonlyMap<string, SunkObject> = new Map(machines.buckets.sink.objects);
  for (const [key, object] of targetBefore) machines.buckets.foreign.set(key, object);
  await simulation.runCalm(retry);
  const frozen = await readFrozen(machines, retry);
  const failed = (segments: FrozenTask['segments']) =>
    segments.flatMap(({ entries }) => entries).filter((ended) => ended.failed !== undefined);
  const listed = frozen.segments.flatMap(({ entries }) => entries).map(({ entry }) => entry.key);
  const named = new Set(keysOf(first.failedManifest ?? ''));
  const wanted = failed(first.segments).flatMap(({ entry }) => (named.has(entry.key) ? entry.key : []));
  const findings = [...simulation.findings, ...frozen.findings, ...checkReport(frozen)];
  if (JSON.stringify(listed.sort()) !== JSON.stringify(wanted.sort()))
    findings.push(`retry: it took up ${JSON.stringify(listed)}, failed were ${JSON.stringify(wanted)}`);
  const doings = { stormed: false, cancelled: false, targetBefore };
  findings.push(
    ...checkObjects({
      task: retry,
      buckets: machines.buckets,
      frozen,
      doings,
      tainted: machines.tainted,
    }).filter((text) => !text.startsWith('bounds') && !text.startsWith('conflict')),
  );
  for (const { entry, failed: code } of failed(frozen.segments)) {
    const source = machines.buckets.source.get(entry.key);
    if (sureFailure(retry, machines.buckets, entry, source) !== code)
      findings.push(`retry: ${JSON.stringify(entry.key)} failed again with ${String(code)}, in calm weather`);
  }
  return findings;
}

/** Of a failed manifest, whose completeness is checked elsewhere. */
function keysOf(manifest: string): string[] {
  const lines = manifest.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { key: string }).key);
}
