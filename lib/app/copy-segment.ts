/**
 * A segment: its entries copied in order by a few lanes, what is done written as slices, the rest handed on before
 * the deadline. Stateless: a doubled message finds the results and goes on behind them.
 */
import type { SegmentMessage } from '../core/messages.ts';
import { SPREAD } from '../core/parts.ts';
import { type Gap, gapsOf } from '../core/slices.ts';
import type { UploadPlace } from '../core/spread.ts';
import { cleanSegment, mayHaveUploads } from './clean-uploads.ts';
import { viewTarget } from './conflicts.ts';
import { completeSpread } from './complete-spread.ts';
import { type CopyContext, mappingOf } from './copy-context.ts';
import type { CopyPorts } from './copy-ports.ts';
import type { OpenTask } from './open-tasks.ts';
import { ringResult, ringSegment } from './ring.ts';
import { runSegment, type SegmentCopied, type SegmentWork } from './segment-run.ts';
import { SpreadObject } from './spread-object.ts';
import { copyParts } from './spread-parts.ts';
import { UploadState } from './upload-state.ts';
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
  if (ports.clock.now() >= deadlineMs - BEGIN_MS_MIN) return ringSegment(ports.queue, message);
  const open = await ports.tasks.open(message.state, signal);
  const { state, control } = open;
  if ((await control.read(signal)).state !== 'running') return; // the reporter rings again when the task goes on
  const { segmentId, count, parts } = message;
  const isHopeless = message.stalled >= STALLED_MAX;
  const limited = { ...open, segmentId };
  if (parts !== undefined) {
    const entries = await state.readManifest(segmentId, count, signal);
    const work = { ports, context: contextOf(ports, open), open, message, entries, deadlineMs };
    const object = new SpreadObject(work, Number.parseInt(parts.place, 10));
    return underLimits(ports, limited, signal, () =>
      copyParts(object, { ...message, parts }, isHopeless, signal),
    );
  }
  const gaps = gapsOf(await state.spans(segmentId, signal), count);
  if (gaps.length === 0) return ringResult(ports.queue, { taskId: message.taskId, segmentId });
  const entries = await state.readManifest(segmentId, count, signal);
  const work = { ports, context: contextOf(ports, open), open, message, entries, deadlineMs };
  const { isWhole, hasMoved, spread } = await underLimits(ports, limited, signal, () =>
    copyGaps(work, gaps, isHopeless, signal),
  );
  // Not acknowledged: the message comes again when this worker, or another, is there.
  if (!isWhole) signal.throwIfAborted();
  if (isWhole || control.last.state !== 'running') return;
  const rest = spread.length > 0 || message.isRest === true ? { isRest: true } : {};
  await ringSegment(ports.queue, { ...message, ...rest, stalled: hasMoved ? 0 : message.stalled + 1 });
}

function contextOf(ports: CopyPorts, { task }: OpenTask): CopyContext {
  return {
    task,
    mapping: mappingOf(task),
    source: ports.stores.source(task),
    sink: ports.stores.sink(task),
    clock: ports.clock,
    dice: ports.dice,
    parts: ports.parts,
    spread: ports.spread ?? SPREAD,
  };
}

/** Copies entries; what is too large for one function is spread over several once the others are done. */
async function copyGaps(
  work: SegmentWork,
  gaps: readonly Gap[],
  givesUpFirst: boolean,
  signal: AbortSignal,
): Promise<SegmentCopied> {
  const { context, entries, message } = work;
  const uploads = new UploadState(work.open.state, message.segmentId);
  const begun = mayHaveUploads(entries, context.spread) ? await uploads.places(signal) : [];
  const underWay = new Set(underWayOf(begun));
  const missing = gaps.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  const items = missing.filter((at) => !underWay.has(at));
  const { sink, mapping, spread: { aboveBytes } } = context; // prettier-ignore
  // Of one that died over an object, or handed it on. If it lives and is still at it, it begins its upload anew.
  const isOwn = (at: number) => (entries[at]?.size ?? Infinity) <= aboveBytes;
  const strays = begun.filter(({ at, noted }) => !noted && isOwn(at) && items.includes(at));
  await cleanSegment({ sink, uploads, log: work.ports.log, entries, mapping, places: strays }, signal);
  const view = await viewTarget(
    context,
    items.flatMap((at) => entries[at] ?? []),
    signal,
  );
  const copied = await runSegment({ ...work, view, items, givesUpFirst }, signal);
  const spread = [...missing.filter((at) => underWay.has(at)), ...copied.spread];
  if (spread.length === 0) return copied;
  signal.throwIfAborted();
  const places = await uploads.places(signal);
  for (const at of spread) await spreadEntry(work, at, places, signal);
  return { ...copied, spread };
}

function underWayOf(places: readonly UploadPlace[]): number[] {
  return places.filter(({ noted, ended }) => noted && !ended).map(({ at }) => at);
}

async function spreadEntry(
  work: SegmentWork,
  at: number,
  places: readonly UploadPlace[],
  signal: AbortSignal,
): Promise<void> {
  const object = new SpreadObject(work, at);
  const stored = await object.spread(places, signal);
  if (stored !== undefined) await completeSpread(object, stored, signal);
}
