/** The report: what a task has done so far, computed from its totals alone. */
import { FAILURE_CLASSES, FAILURE_CODES, type FailureCode } from './failures.ts';
import type { Counted, FailureSummary, Sample, Tally } from './slices.ts';
import type { Task } from './task.ts';

export type TaskStatus =
  | 'planning' // nothing is copied yet, or the listing goes on
  | 'running' // all is listed, copying goes on
  | 'paused'
  | 'cancelled'
  | 'succeeded' // green
  | 'completed_with_failures' // yellow
  | 'failed'; // the listing could not be finished: there may be keys nobody looked at

interface ByOutcome {
  readonly total: number;
  readonly copied: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pending: number;
}

export interface FailureReport {
  readonly code: FailureCode;
  readonly objects: number;
  readonly retryable: boolean;
  readonly hint: string;
  readonly samples: readonly Sample[];
}

export interface Report {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly source: Task['source'];
  readonly target: Task['target'];
  readonly conflict: Task['conflict'];
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly finishedAt: string | null;
  readonly listing: {
    readonly complete: boolean;
    readonly objects: number;
    readonly bytes: number;
    readonly ranges: number;
  };
  readonly objects: ByOutcome;
  readonly bytes: ByOutcome;
  /** Of what is pending: parts of large objects that are stored already. */
  readonly underWay: { readonly bytes: number };
  /** Copied objects by how they were verified: CRC-64 on both sides, or the size alone. */
  readonly verified: { readonly crc64: number; readonly size: number };
  readonly throughput: {
    readonly objectsPerSecond: number;
    readonly bytesPerSecond: number;
    /** Null while the listing goes on, nothing moves, or nothing is left. */
    readonly etaSeconds: number | null;
  };
  readonly failures: readonly FailureReport[];
  /** Why the listing stopped, a sentence for each range given up; empty otherwise. */
  readonly problems: readonly string[];
  readonly manifests: { readonly failed?: string };
}

export interface ReportInput {
  readonly task: Task;
  readonly state: 'running' | 'paused' | 'cancelling' | 'cancelled' | 'finished';
  readonly startedAtMs: number;
  readonly finishedAtMs: number | undefined;
  readonly nowMs: number;
  readonly totals: {
    readonly ranges: number;
    readonly listed: Counted;
    readonly tally: Tally;
    readonly failures: FailureSummary;
    readonly partBytes: number;
  };
  /** Whether the range rows, all listed, tile the key space: checked, not derived. */
  readonly listingComplete: boolean;
  readonly problems: readonly string[];
  /** Address of the failed manifest, once written. */
  readonly failedManifest: string | undefined;
}

export function buildReport(input: ReportInput): Report {
  const { task, totals } = input;
  const objects = outcomes(totals.listed, totals.tally, 'objects');
  const known = outcomes(totals.listed, totals.tally, 'bytes');
  const { bytes, underWay } = withParts(known, totals.partBytes, task.source.manifest !== undefined);
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    taskId: task.taskId,
    status: taskStatus(input, objects),
    source: task.source,
    target: task.target,
    conflict: task.conflict,
    startedAt: iso(input.startedAtMs),
    updatedAt: iso(input.nowMs),
    finishedAt: input.finishedAtMs === undefined ? null : iso(input.finishedAtMs),
    listing: { complete: input.listingComplete, ...totals.listed, bytes: bytes.total, ranges: totals.ranges },
    objects,
    bytes,
    underWay,
    verified: totals.tally.verified,
    throughput: throughput(paceOf(input), objects, bytes, underWay.bytes),
    failures: failureReports(totals.failures),
    problems: input.problems,
    manifests: input.failedManifest === undefined ? {} : { failed: input.failedManifest },
  };
}

function outcomes(listed: Counted, tally: Tally, unit: keyof Counted): ByOutcome {
  const [total, copied, skipped, failed] = [
    listed[unit],
    tally.copied[unit],
    tally.skipped[unit],
    tally.failed[unit],
  ];
  return { total, copied, skipped, failed, pending: total - copied - skipped - failed };
}

/** Sizes that a key list does not tell come on top of the total. What lost uploads held is beyond it, and not counted. */
function withParts(
  known: ByOutcome,
  partBytes: number,
  isKeyList: boolean,
): Pick<Report, 'bytes' | 'underWay'> {
  const lacking = isKeyList ? Math.max(0, partBytes - known.pending) : 0;
  const bytes = { ...known, total: known.total + lacking, pending: known.pending + lacking };
  return { bytes, underWay: { bytes: Math.min(partBytes, Math.max(0, bytes.pending)) } };
}

/** The console's green is `succeeded`, its yellow `completed_with_failures`. */
function taskStatus(input: ReportInput, objects: ByOutcome): TaskStatus {
  switch (input.state) {
    case 'paused':
    case 'cancelled':
      return input.state;
    case 'cancelling':
    case 'running':
      return input.listingComplete ? 'running' : 'planning';
    case 'finished':
      if (!input.listingComplete) return 'failed';
      return objects.failed > 0 ? 'completed_with_failures' : 'succeeded';
  }
}

/**
 * The report with what is done already and no total counts yet: for those who watch, never written. The failure
 * classes stay those of the totals.
 */
export function withLiveTally(report: Report, live: Tally): Report {
  const objects = withLive(report.objects, live, 'objects');
  const bytes = withLive(report.bytes, live, 'bytes');
  const underWay = { bytes: Math.min(report.underWay.bytes, bytes.pending) };
  const { crc64, size } = report.verified;
  const elapsedMs = Date.parse(report.updatedAt) - Date.parse(report.startedAt);
  return {
    ...report,
    listing: { ...report.listing, bytes: bytes.total },
    objects,
    bytes,
    underWay,
    verified: { crc64: crc64 + live.verified.crc64, size: size + live.verified.size },
    throughput: throughput(
      { elapsedMs, isRunning: report.status === 'running' },
      objects,
      bytes,
      underWay.bytes,
    ),
  };
}

/** Sizes that a key list does not tell come on top of the total, as they do when their segment is counted. */
function withLive(known: ByOutcome, live: Tally, unit: keyof Counted): ByOutcome {
  const copied = known.copied + live.copied[unit];
  const skipped = known.skipped + live.skipped[unit];
  const failed = known.failed + live.failed[unit];
  const total = Math.max(known.total, copied + skipped + failed);
  return { total, copied, skipped, failed, pending: total - copied - skipped - failed };
}

interface Pace {
  readonly elapsedMs: number;
  /** All is listed, and nothing holds the task up. */
  readonly isRunning: boolean;
}

function paceOf({ startedAtMs, finishedAtMs, nowMs, state, listingComplete }: ReportInput): Pace {
  return {
    elapsedMs: (finishedAtMs ?? nowMs) - startedAtMs,
    isRunning: state === 'running' && listingComplete,
  };
}

function throughput(
  pace: Pace,
  objects: ByOutcome,
  bytes: ByOutcome,
  underWayBytes: number,
): Report['throughput'] {
  const seconds = Math.max(0.001, pace.elapsedMs / 1000);
  const rates = {
    objectsPerSecond: Math.round((objects.total - objects.pending) / seconds),
    bytesPerSecond: Math.round((bytes.copied + underWayBytes) / seconds),
  };
  const left = { objects: objects.pending, bytes: bytes.pending - underWayBytes };
  return { ...rates, etaSeconds: (pace.isRunning ? secondsLeft(left, rates) : undefined) ?? null };
}

/** What has neither settled nor arrived. */
export function bytesLeft({ bytes, underWay }: Pick<Report, 'bytes' | 'underWay'>): number {
  return bytes.pending - underWay.bytes;
}

/** The later of what objects and what bytes tell: small objects are bound by requests, large ones by bandwidth. Undefined where nothing moves, or nothing is left. */
export function secondsLeft(
  left: Counted,
  rates: Pick<Report['throughput'], 'objectsPerSecond' | 'bytesPerSecond'>,
): number | undefined {
  if (left.objects === 0) return undefined;
  const told = [
    ...(rates.objectsPerSecond > 0 ? [left.objects / rates.objectsPerSecond] : []),
    ...(rates.bytesPerSecond > 0 ? [left.bytes / rates.bytesPerSecond] : []),
  ];
  return told.length === 0 ? undefined : Math.ceil(Math.max(...told));
}

/** In the order of the class table, so that reports compare. */
function failureReports(failures: FailureSummary): FailureReport[] {
  return FAILURE_CODES.flatMap((code) => {
    const found = failures[code];
    return found === undefined
      ? []
      : [{ code, objects: found.objects, ...FAILURE_CLASSES[code], samples: found.samples }];
  });
}

/** Process exit status of a finished task: 0 all is there, 2 some objects failed, 1 the task did not get through. */
export function exitStatusOf(status: TaskStatus): 0 | 1 | 2 {
  switch (status) {
    case 'succeeded':
      return 0;
    case 'completed_with_failures':
    case 'cancelled':
      return 2;
    case 'planning':
    case 'running':
    case 'paused':
    case 'failed':
      return 1;
  }
}

/** Whether nothing will happen to the task any more. */
export function isFinal(report: Pick<Report, 'finishedAt'>): boolean {
  return report.finishedAt !== null;
}
