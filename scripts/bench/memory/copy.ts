/** The copy function over a bucket of every kind of object, into a target that takes its time. */
import { copySegment } from '../../../lib/app/copy-segment.ts';
import { Semaphore } from '../../../lib/app/lanes.ts';
import { OpenTasks } from '../../../lib/app/open-tasks.ts';
import { stateLocationOf, taskStateOf } from '../../../lib/app/task-state.ts';
import { renderEntries } from '../../../lib/core/manifest.ts';
import type { Queue } from '../../../lib/ports/queue.ts';
import { parseMessage, type ResultMessage } from '../../../lib/core/messages.ts';
import { FUNCTION } from '../../../lib/runtime/limits.ts';
import { benchTask, CALM, functionPorts, type Places } from './common.ts';

const ENTRIES = 1_000;

/** Answers what was copied; throws unless that was everything. */
export async function copyMixed(places: Places): Promise<string> {
  const results: ResultMessage[] = [];
  const queue: Queue = {
    send: (topic, messages) => {
      if (topic === 'results') results.push(...messages.map(({ body }) => parseMessage('results', body)));
      return Promise.resolve();
    },
    consume: () => Promise.resolve(),
  };
  const common = functionPorts(queue);
  const task = benchTask(places);
  const state = taskStateOf(common.stores, stateLocationOf(task));
  await state.writeTask(task, CALM);
  const page = await common.stores.source(task).list({ prefix: '', after: '', keysMax: ENTRIES }, CALM);
  const place = { rangeId: 'r', seq: 0, unique: 'u' };
  const segmentId = await state.writeManifest(place, renderEntries(page.entries), CALM);
  const ports = {
    ...common,
    tasks: new OpenTasks(common.stores, common.clock),
    parts: new Semaphore(FUNCTION.partsInFlight),
    lanes: FUNCTION.lanes,
  };
  const message = { taskId: task.taskId, state: state.location, segmentId, count: ENTRIES, stalled: 0 };
  await copySegment(ports, message, Infinity, CALM);
  await common.stores.close();
  const copied = results.reduce((sum, { slice }) => sum + (slice?.tally.copied.objects ?? 0), 0);
  const bytes = results.reduce((sum, { slice }) => sum + (slice?.tally.copied.bytes ?? 0), 0);
  if (copied !== ENTRIES) throw new Error(`${String(copied)} of ${String(ENTRIES)} objects were copied`);
  return `${String(copied)} objects, ${(bytes / 1e9).toFixed(1)} GB`;
}
