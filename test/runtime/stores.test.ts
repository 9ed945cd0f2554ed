import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { parseTask } from '../../lib/core/task.ts';
import type { Part } from '../../lib/app/sharing.ts';
import { connectStores } from '../../lib/runtime/stores.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { calm } from '../support/calm.ts';

const NEVER = calm();
const key = { id: 'id', secret: 'secret' };

/** Where nobody listens. */
async function deadEndpoint(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

/** How long ten reads are held back under a limit of ten a second, by a clock on which waiting takes no time; and what is then said to have been used. */
async function heldBack(partOf?: () => Part) {
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async (ms: number) => void (nowMs += ms) };
  const stores = connectStores({
    credentials: { oss: () => key, cos: () => key },
    clock,
    dice: seededDice(1),
    connectionsMax: 1,
    ...(partOf === undefined ? {} : { partOf }),
  });
  const task = parseTask({
    source: { bucket: 'photos', region: 'oss-cn-hangzhou', endpoint: await deadEndpoint() },
    target: { bucket: 'photos-1250000000', region: 'ap-guangzhou' },
    limits: { requestsPerSecond: 10 },
  });
  for (let i = 0; i < 10; i++) {
    await expect(stores.source(task).read({ key: 'a' }, NEVER)).rejects.toMatchObject({
      code: 'unavailable',
    });
  }
  const usage = stores.usage(task.taskId);
  await stores.close();
  return { forMs: nowMs, usage };
}

it('a process holds itself to its part of a task’s limits, and tells how much of that it used', async () => {
  const whole = await heldBack();
  expect(whole.forMs).toBeGreaterThan(800);
  const half = await heldBack(() => ({ requests: 0.5, bytes: 1 }));
  expect(half.forMs).toBeGreaterThanOrEqual(whole.forMs * 2);
  expect(half.usage.requests).toBeGreaterThan(0.95);
  expect(half.usage.bytes).toBeUndefined();
});
