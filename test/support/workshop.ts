/** The jobs over memory adapters and a fake clock, around one task: what a test of lib/app stands on. */
import { MemoryBucket } from '../../lib/adapters/memory/bucket.ts';
import { MemoryObjectSink } from '../../lib/adapters/memory/object-sink.ts';
import { MemoryObjectSource } from '../../lib/adapters/memory/object-source.ts';
import { MemoryQueue } from '../../lib/adapters/memory/queue.ts';
import { MemoryStateStore } from '../../lib/adapters/memory/state-store.ts';
import { MemoryTable } from '../../lib/adapters/memory/table.ts';
import type { CopyPorts } from '../../lib/app/copy-ports.ts';
import type { SpreadSettings } from '../../lib/app/copy-context.ts';
import { Semaphore } from '../../lib/app/lanes.ts';
import { OpenTasks } from '../../lib/app/open-tasks.ts';
import type { PlanPorts } from '../../lib/app/plan-range.ts';
import type { ReporterPorts } from '../../lib/app/reporter-ports.ts';
import type { Forking } from '../../lib/core/forking.ts';
import { ROOT_RANGE } from '../../lib/app/start-task.ts';
import { stateLocationOf, taskStateOf } from '../../lib/app/task-state.ts';
import { renderEntries } from '../../lib/core/manifest.ts';
import { parseMessage, type MessageOf, type Topic } from '../../lib/core/messages.ts';
import type { Entry } from '../../lib/core/object.ts';
import { SPREAD } from '../../lib/core/parts.ts';
import { type Task, taskDigest } from '../../lib/core/task.ts';
import type { ObjectSink } from '../../lib/ports/object-sink.ts';
import type { ObjectSource } from '../../lib/ports/object-source.ts';
import type { StateStore } from '../../lib/ports/state-store.ts';
import type { Stores } from '../../lib/ports/stores.ts';
import { FakeClock } from './fake-clock.ts';
import { EventList } from './logged.ts';
import { sampleTask } from './sample-task.ts';
import { seededDice } from './seeded-dice.ts';
import { CALM } from './calm.ts';

export { CALM };

export interface WorkshopOptions {
  readonly task?: Task;
  readonly segmentLimits?: { readonly entriesMax: number; readonly bytesMax: number };
  readonly forking?: Forking;
  /** Default: objects of the sizes that tests hold are never spread. */
  readonly spread?: SpreadSettings;
  /** Stand before the memory adapters: faults. */
  source?(source: ObjectSource): ObjectSource;
  sink?(sink: ObjectSink): ObjectSink;
  state?(store: StateStore): StateStore;
}

export const SWEEP = { silenceMs: 60_000, ringsMax: 3, rowsMax: 100 } as const;

export function openWorkshop(options: WorkshopOptions = {}) {
  const task = options.task ?? sampleTask();
  const clock = new FakeClock();
  const log = new EventList();
  const bucket = new MemoryBucket(() => clock.now());
  const sink = new MemoryObjectSink({ nowMs: () => clock.now() });
  const objects = new MemoryStateStore();
  const table = new MemoryTable();
  const queue = new MemoryQueue({ clock, handlerErrorLog: log });
  const source = new MemoryObjectSource(bucket);
  const stores: Stores = {
    source: () => options.source?.(source) ?? source,
    sink: () => options.sink?.(sink) ?? sink,
    state: () => options.state?.(objects) ?? objects,
    limit: () => undefined,
  };
  const ports = {
    stores,
    tasks: new OpenTasks(stores, clock),
    table,
    queue,
    clock,
    dice: seededDice(7),
    log,
    parts: new Semaphore(4),
    lanes: 4,
    spread: options.spread ?? SPREAD,
    sweep: SWEEP,
    ...(options.forking === undefined ? {} : { forking: options.forking }),
    ...(options.segmentLimits === undefined ? {} : { segmentLimits: options.segmentLimits }),
  } satisfies PlanPorts & CopyPorts & ReporterPorts;
  const state = taskStateOf(stores, stateLocationOf(task));
  return { task, clock, log, bucket, sink, objects, table, queue, ports, state };
}

export type Workshop = ReturnType<typeof openWorkshop>;

/** Never aborted. */

/** Puts the task and its root range into the table, as the planner's start does. */
export async function begin({ table, task, clock, state }: Workshop): Promise<void> {
  await table.createTask({
    taskId: task.taskId,
    digest: taskDigest(task),
    task,
    nowMs: clock.now(),
    rangeId: ROOT_RANGE,
    after: '',
  });
  await state.writeTask(task, CALM);
}

/**
 * A segment as a planner leaves it: manifest, row, and the cursor behind its last key. Not rung. Its id is `place`
 * and the digest of its manifest.
 */
export async function plantSegment(
  shop: Workshop,
  place: `r/${string}`,
  entries: readonly Entry[],
  listed = true,
) {
  const { table, task, clock, state } = shop;
  const [, rangeId = '', seq, unique = ''] = /^(.+)\/(\d+)-(\w+)$/.exec(place) ?? [];
  const segmentId = await state.writeManifest(
    { rangeId, seq: Number(seq), unique },
    renderEntries(entries),
    CALM,
  );
  const range = await table.range(task.taskId, ROOT_RANGE);
  if (range === undefined) throw new Error('the task was not begun');
  const bytes = entries.reduce((sum, { size }) => sum + (size ?? 0), 0);
  await table.advance({
    taskId: task.taskId,
    rangeId: ROOT_RANGE,
    expectedCursor: range.cursor,
    expectedUpTo: range.upTo,
    cursor: entries.at(-1)?.key ?? range.cursor,
    listed,
    segment: { segmentId, seq: range.segments, count: entries.length, bytes },
    nowMs: clock.now(),
  });
  const message = {
    taskId: task.taskId,
    state: state.location,
    segmentId,
    count: entries.length,
    stalled: 0,
  };
  return message satisfies MessageOf['segments'];
}

/** Objects of one byte each, in the source, as the listing tells them. */
export function fill({ bucket }: Workshop, keys: readonly string[]): Entry[] {
  return keys.map((key) => {
    const { etag, lastModified, type, storageClass } = bucket.put(key, { bytes: Buffer.from('x') });
    return { key, size: 1, etag, lastModified, type, storageClass };
  });
}

/** Takes all pending messages of a topic away. */
export function taken<T extends Topic>({ queue }: Workshop, topic: T): MessageOf[T][] {
  const messages: MessageOf[T][] = [];
  for (let message = queue.take(topic); message !== undefined; message = queue.take(topic))
    messages.push(parseMessage(topic, message.body));
  return messages;
}

/** Keys of all segment manifests that the table knows, in the order of the segments. */
export async function plannedKeys(shop: Workshop): Promise<string[]> {
  const { table, task, state } = shop;
  const segments = await table.silentSegments(task.taskId, Infinity, 10_000);
  const inOrder = segments.toSorted((a, b) => a.seq - b.seq);
  const manifests = await Promise.all(
    inOrder.map(({ segmentId, count }) => state.readManifest(segmentId, count, CALM)),
  );
  return manifests.flat().map(({ key }) => key);
}
