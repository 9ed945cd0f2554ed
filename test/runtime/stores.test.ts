import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { parseTask } from '../../lib/core/task.ts';
import { connectStores } from '../../lib/runtime/stores.ts';
import { seededDice } from '../support/seeded-dice.ts';

const NEVER = new AbortController().signal;
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

/** How long ten reads are held back under a limit of ten a second, by a clock on which waiting takes no time. */
async function heldBackMs(share: (() => number) | undefined): Promise<number> {
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async (ms: number) => void (nowMs += ms) };
  const stores = connectStores({
    credentials: { oss: () => key, cos: () => key },
    clock,
    dice: seededDice(1),
    connectionsMax: 1,
    ...(share === undefined ? {} : { share }),
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
  await stores.close();
  return nowMs;
}

it('a process holds itself to its share of a task’s limits', async () => {
  const whole = await heldBackMs(undefined);
  expect(whole).toBeGreaterThan(800);
  expect(await heldBackMs(() => 0.5)).toBeGreaterThanOrEqual(whole * 2);
});
