/** Functions that are killed by their time limit in the middle of their work: what was promised holds all the same. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differences, targetKeys } from '../support/compare.ts';
import { SOURCE } from '../support/migration.ts';
import { type Cloud, openCloud } from './cloud.ts';

/** Three full segments. */
const OBJECTS = 3_000;
const BODY_BYTES = 2_000;
/** A second an object: a segment of 1,000 takes about 16 s with 64 under way. */
const BYTES_PER_SECOND = BODY_BYTES;
/** After the first checkpoint, at 10 s, and before the segment's end. */
const COPY_LIMIT_MS = 12_000;
/** In the middle of whatever they do: both need many round trips. */
const SOON_MS = { planner: 20, reporter: 2 };

let cloud: Cloud;
/** By function: events about to be cut off (one that ends too soon for that makes room for another), and those that were. */
const cuts = new Map<string, { readonly doomed: Set<string>; killed: number }>();
const TIMED_OUT = 433;
const KILLS_MAX: Readonly<Record<string, { times: number; afterMs: number }>> = {
  planner: { times: 1, afterMs: SOON_MS.planner },
  copy: { times: 2, afterMs: COPY_LIMIT_MS },
  reporter: { times: 2, afterMs: SOON_MS.reporter },
};

const roleOf = (name: string) => name.split('-').at(-1) ?? '';

beforeEach(async () => {
  cuts.clear();
  cloud = await openCloud({
    overrun: (fn, event) => {
      const { times, afterMs } = KILLS_MAX[roleOf(fn.name)] ?? { times: 0, afterMs: 0 };
      const cut = cuts.get(roleOf(fn.name)) ?? { doomed: new Set(), killed: 0 };
      cuts.set(roleOf(fn.name), cut);
      if (!event.includes('"Records"') || cut.doomed.size + cut.killed >= times) return undefined;
      cut.doomed.add(event);
      return afterMs;
    },
    onInvocation: ({ fn, event, outcome }) => {
      const cut = cuts.get(roleOf(fn.name));
      if (cut?.doomed.delete(event) === true && outcome.status === TIMED_OUT) cut.killed++;
    },
  });
  const { oss } = cloud.m;
  for (let i = 0; i < OBJECTS; i++)
    await oss.seed(SOURCE, {
      key: `k/${i}`,
      body: String(i).padEnd(BODY_BYTES, '.'),
      meta: { n: String(i) },
    });
  oss.faults.add({
    when: { action: 'GetObject' },
    fault: { kind: 'slow', bytesPerSecond: BYTES_PER_SECOND },
  });
});
afterEach(async () => {
  await cloud.close();
});

it('ends with every key once, and moves no more again than the last checkpoint had not seen', async () => {
  const deployed = await cloud.serverless(['deploy']);
  expect(deployed.status, deployed.stderr).toBe(0);
  const task = cloud.m.task({ taskId: 'overrun' });
  const path = join(cloud.m.stateDir, 'task.json');
  await writeFile(path, JSON.stringify(task));
  const invoked = await cloud.serverless(['invoke', '-f', 'planner', '-p', path]);
  expect(invoked.status, invoked.stderr).toBe(0);
  const report = await cloud.report('overrun');
  expect(report).toMatchObject({
    status: 'succeeded',
    objects: { total: OBJECTS, copied: OBJECTS, failed: 0, pending: 0 },
    listing: { complete: true },
  });
  const overran = cloud.log.filter((line) => line.includes('timed out after 300 seconds'));
  const names = overran.map((line) => /-(planner|copy|reporter): /.exec(line)?.[1]);
  expect(names.toSorted()).toEqual(['copy', 'copy', 'planner', 'reporter', 'reporter']);
  expect(await differences(cloud.m, task)).toEqual([]);
  expect(targetKeys(cloud.m)).toHaveLength(OBJECTS);
  // Since the checkpoint at 10 s: two seconds of 64 lanes, and what was under way, for each of the two.
  const again = (cloud.m.oss.requests.get('GetObject') ?? 0) - OBJECTS;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(2 * 5 * 64);
});
