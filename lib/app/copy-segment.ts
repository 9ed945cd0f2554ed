/**
 * A segment: its entries copied in order by a few lanes, what is done written as slices, the rest handed on before
 * the deadline. Stateless: a doubled message finds the results and goes on behind them.
 */
import type { SegmentMessage } from '../core/messages.ts';
import type { Entry } from '../core/object.ts';
import { farthest } from '../core/slices.ts';
import { viewTarget } from './conflicts.ts';
import { type CopyContext, mappingOf } from './copy-context.ts';
import type { CopyPorts } from './copy-ports.ts';
import type { OpenTask } from './open-tasks.ts';
import { ringResult, ringSegment } from './ring.ts';
import { SegmentRun } from './segment-run.ts';
import { underLimits } from './under-limits.ts';

/** After so many invocations that finished nothing, the entry they all hung on fails. */
const STALLED_MAX = 3;

/** With less time than this left, a segment is not begun. */
const BEGIN_MS_MIN = 60_000;

/** `deadlineMs` by the clock: what is not done by then is handed on. `signal`: the process is being stopped. */
export async function copySegment(
  ports: CopyPorts,
  message: SegmentMessage,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { segmentId, count } = message;
  if (ports.clock.now() >= deadlineMs - BEGIN_MS_MIN) return ringSegment(ports.queue, message);
  const open = await ports.tasks.open(message.state, signal);
  const { state, control } = open;
  if ((await control.read(signal)).state !== 'running') return; // the reporter rings again when the task goes on
  const from = farthest(await state.spans(segmentId, signal), count);
  if (from >= count) {
    await ringResult(ports.queue, { taskId: message.taskId, segmentId });
    return;
  }
  const entries = await state.readManifest(segmentId, count, signal);
  const to = await underLimits(ports, { ...open, segmentId }, signal, async () => {
    const run = await openRun(ports, { message, open, entries, from, deadlineMs }, signal);
    return run.run(control, signal);
  });
  // Not acknowledged: the message comes again when this worker, or another, is there.
  if (to < count) signal.throwIfAborted();
  if (to < count && control.last.state === 'running') {
    await ringSegment(ports.queue, { ...message, stalled: to > from ? 0 : message.stalled + 1 });
  }
}

interface Opening {
  readonly message: SegmentMessage;
  readonly open: OpenTask;
  readonly entries: readonly Entry[];
  readonly from: number;
  readonly deadlineMs: number;
}

async function openRun(ports: CopyPorts, opening: Opening, signal: AbortSignal): Promise<SegmentRun> {
  const { message, open, entries, from } = opening;
  const { task } = open;
  const context: CopyContext = {
    task,
    mapping: mappingOf(task),
    source: ports.stores.source(task),
    sink: ports.stores.sink(task),
    clock: ports.clock,
    dice: ports.dice,
    parts: ports.parts,
  };
  const view = await viewTarget(context, entries.slice(from), signal);
  return new SegmentRun({
    ...opening,
    state: open.state,
    ports,
    context,
    view,
    givesUpFirst: message.stalled >= STALLED_MAX,
  });
}
