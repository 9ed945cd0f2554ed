/** `oss2cos worker`: takes part in tasks that run in the cloud, until it is stopped. */
import { formatBytes } from '../../core/bytes.ts';
import { UserError } from '../../core/errors.ts';
import { formatCount } from '../../core/report-page-text.ts';
import type { KafkaQueue } from '../../adapters/kafka/queue.ts';
import { WORKER } from '../limits.ts';
import { type Role, ROLES, work, type WorkerProgress } from '../worker.ts';
import { type CliContext, note } from './context.ts';
import { withEngines } from './engines.ts';
import { problemLog } from './problem-log.ts';
import { SPARE_CONNECTIONS } from './stores.ts';

export interface WorkerCommandOptions {
  readonly roles: string;
  readonly concurrency: number;
}

/** As a shell reports a process that ended by SIGINT. */
const INTERRUPTED = 130;

/** Answers the exit status; throws `UserError` naming everything that is wrong or missing. */
export async function workerCommand(io: CliContext, options: WorkerCommandOptions): Promise<number> {
  const roles = rolesOf(options.roles);
  const { clock, dice } = io;
  const { concurrency } = options;
  const log = problemLog(io, (line) => {
    note(io, line);
  });
  const needs = {
    source: roles.some((role) => role !== 'reporter'),
    table: roles.some((role) => role !== 'copy'),
    connectionsMax: concurrency + WORKER.partsInFlight + SPARE_CONNECTIONS,
    log,
  };
  const stop = new AbortController();
  const forget = io.onInterrupt(twoSteps(io, stop));
  try {
    await withEngines(io, needs, async (engines) => {
      note(io, `working as ${roles.join(', ')}; Ctrl-C or SIGTERM stops at a checkpoint`);
      const onProgress = shown(io, engines.queue);
      await work({ ...engines, roles, concurrency, clock, dice, log, onProgress, signal: stop.signal });
    });
  } finally {
    forget();
  }
  note(io, 'stopped; what was under way is taken up by others');
  return 0;
}

function rolesOf(text: string): readonly Role[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !ROLES.some((role) => role === name));
  if (unknown.length > 0)
    throw new UserError(`--roles takes ${ROLES.join(', ')}, with commas between, not ${unknown.join(', ')}`);
  return ROLES.filter((role) => names.includes(role));
}

function twoSteps(io: CliContext, stop: AbortController): () => void {
  return () => {
    if (stop.signal.aborted) {
      io.exit(INTERRUPTED);
      return;
    }
    note(io, 'stopping at a checkpoint; again stops at once');
    stop.abort(new Error('stopped by the user'));
  };
}

/** A line whenever something has moved. */
function shown(io: CliContext, queue: KafkaQueue): (progress: WorkerProgress) => void {
  let last = { atMs: io.clock.now(), objects: 0, bytes: 0, line: '' };
  return ({ tally, segmentsUnderWay }) => {
    const { copied, skipped, failed } = tally;
    const objects = copied.objects + skipped.objects + failed.objects;
    const atMs = io.clock.now();
    const perSecond = (amount: number) => Math.max(0, amount) / Math.max(0.001, (atMs - last.atMs) / 1000);
    const { partitions, all } = queue.share('segments');
    const line = [
      `${formatCount(segmentsUnderWay)} segments under way, ${formatCount(partitions.length)} of ${formatCount(all)} partitions`,
      `${formatCount(objects)} objects (${formatCount(Math.round(perSecond(objects - last.objects)))}/s)`,
      `${formatBytes(copied.bytes)} (${formatBytes(Math.round(perSecond(copied.bytes - last.bytes)))}/s)`,
      `${formatCount(failed.objects)} failed`,
    ].join('; ');
    if (line !== last.line) note(io, line);
    last = { atMs, objects, bytes: copied.bytes, line };
  };
}
