/** What a task came to, read back from the state objects and nothing else: every entry, and how the frozen path says it ended. */
import { gunzipSync } from 'node:zlib';
import type { FailureCode } from '../../lib/core/failures.ts';
import type { Entry } from '../../lib/core/object.ts';
import type { Report } from '../../lib/core/report.ts';
import type { Slice } from '../../lib/core/slices.ts';
import type { Task } from '../../lib/core/task.ts';
import type { Segment } from '../../lib/ports/table.ts';
import type { Machines } from './machines.ts';

export interface EndedEntry {
  readonly entry: Entry;
  /** Undefined: copied or skipped. */
  readonly failed: FailureCode | undefined;
}

export interface FrozenSegment {
  readonly segment: Segment;
  readonly entries: readonly EndedEntry[];
  readonly slices: readonly Slice[];
}

export interface FrozenTask {
  readonly prefix: string;
  readonly report: Report | undefined;
  readonly segments: readonly FrozenSegment[];
  readonly failedManifest: string | undefined;
  /** What is wrong with the objects themselves. */
  readonly findings: readonly string[];
}

export async function readFrozen(machines: Machines, task: Task): Promise<FrozenTask> {
  const prefix = `${task.state.prefix}${task.taskId}/`;
  const reader = new Reader(machines, prefix);
  const segments: FrozenSegment[] = [];
  const manifests = [...machines.state.objects.keys()].filter((key) => key.startsWith(`${prefix}segments/`));
  for (const key of manifests.sort()) {
    const segmentId = key.slice(`${prefix}segments/`.length, -'.jsonl.gz'.length);
    const [segment] = await machines.table.segments(task.taskId, [segmentId]);
    if (segment !== undefined) segments.push(reader.segment(segment, key));
  }
  const text = reader.text(`${prefix}report.json`);
  return {
    prefix,
    report: text === undefined ? undefined : (JSON.parse(text) as Report),
    segments,
    failedManifest: reader.text(`${prefix}failed.jsonl`),
    findings: reader.findings,
  };
}

class Reader {
  readonly findings: string[] = [];
  readonly #machines: Machines;
  readonly #prefix: string;

  constructor(machines: Machines, prefix: string) {
    this.#machines = machines;
    this.#prefix = prefix;
  }

  text(key: string): string | undefined {
    return this.#machines.state.objects.get(key)?.bytes.toString();
  }

  segment(segment: Segment, manifestKey: string): FrozenSegment {
    const bytes = this.#machines.state.objects.get(manifestKey)?.bytes ?? Buffer.alloc(0);
    const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    const slices = (segment.path ?? []).flatMap((name) => this.#slice(segment.segmentId, name) ?? []);
    this.#checkPath(segment, slices, entries.length);
    const failed = new Map(slices.flatMap((slice) => failuresOf(slice, entries)));
    return {
      segment,
      slices,
      entries: entries.map((entry) => ({ entry, failed: failed.get(entry.key) })),
    };
  }

  #slice(segmentId: string, name: string): Slice | undefined {
    const text = this.text(`${this.#prefix}results/${segmentId}/${name}`);
    if (text === undefined)
      this.findings.push(`results: the frozen path of ${segmentId} names ${name}, which is not there`);
    return text === undefined ? undefined : (JSON.parse(text) as Slice);
  }

  #checkPath({ segmentId, done, count }: Segment, slices: readonly Slice[], entries: number): void {
    if (!done) this.findings.push(`results: segment ${segmentId} is not done`);
    if (count !== entries)
      this.findings.push(
        `manifest: segment ${segmentId} has ${String(entries)} entries, its row says ${String(count)}`,
      );
    let reached = 0;
    for (const { from, to } of slices) {
      if (from !== reached)
        this.findings.push(
          `results: the frozen path of ${segmentId} jumps from ${String(reached)} to ${String(from)}`,
        );
      reached = to;
    }
    if (done && reached !== count)
      this.findings.push(
        `results: the frozen path of ${segmentId} ends at ${String(reached)} of ${String(count)}`,
      );
  }
}

function failuresOf(slice: Slice, entries: readonly Entry[]): [string, FailureCode][] {
  const { abandoned } = slice;
  if (abandoned === undefined) return slice.failed.map(({ key, error }) => [key, error.code]);
  return entries.slice(slice.from, slice.to).map(({ key }) => [key, abandoned.code]);
}
