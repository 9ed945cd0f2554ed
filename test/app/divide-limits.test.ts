import { describe, expect, it } from 'vitest';
import { divideLimits, noteUses } from '../../lib/app/divide-limits.ts';
import { Sightings } from '../../lib/app/sightings.ts';
import type { Use } from '../../lib/core/share-object.ts';
import { begin, CALM, openWorkshop, type WorkshopOptions } from '../support/workshop.ts';

const HELD = { part: 0.5, isHeld: true };
const IDLE = { part: 0, isHeld: false };

/** Reporters of one task with two partitions, of which the first is held back and the second is idle. */
async function reporting(options: WorkshopOptions = {}) {
  const shop = openWorkshop(options);
  await begin(shop);
  const { ports, task, state, clock, table } = shop;
  const { taskId } = task;
  let said = 0;
  const say = async (partition: number, claim: Use['bytes']) => {
    const use = { unique: String(++said), partitions: [partition], partitionsAll: 2, bytes: claim };
    await noteUses(ports, taskId, [use]);
  };
  const reporter = () => {
    const sightings = new Sightings();
    return () => divideLimits({ ...ports, sightings }, taskId, state, CALM);
  };
  /** Both say what they use, and the reporters look, once a second. */
  const pass = async (seconds: number, ...reporters: (() => Promise<void>)[]) => {
    for (let n = 0; n < seconds; n++) {
      await say(0, HELD);
      await say(1, IDLE);
      for (const divide of reporters) await divide();
      await clock.advance(1_000);
    }
  };
  const published = () => state.readShares(CALM);
  return { ...shop, say, reporter, pass, published, division: () => table.division(taskId) };
}

describe('limits are divided', () => {
  it('in steps: what one leaves is taken first, and given only when nobody can be using it any more', async () => {
    const { reporter, pass, published } = await reporting();
    const divide = reporter();
    await pass(5, divide);
    expect(await published()).toMatchObject({ version: 1, bytes: [0.5, expect.closeTo(0.05, 5)] });
    await pass(8, divide);
    expect(await published()).toMatchObject({ version: 1 });
    await pass(3, divide);
    const { bytes = [] } = (await published()) ?? {};
    expect(bytes[0]).toBeGreaterThan(0.94);
    expect(bytes[1]).toBeCloseTo(0.05, 5);
  });

  it('by one of two reporters at a time, whoever looks', async () => {
    const { reporter, pass, published, division } = await reporting();
    await pass(20, reporter(), reporter());
    expect(await published()).toMatchObject({ version: 3 });
    expect(await division()).toMatchObject({ step: 4, isWritten: true });
  });

  it('by a reporter that comes later only after it has seen the last step for as long', async () => {
    const { reporter, pass, published } = await reporting();
    await pass(5, reporter());
    await pass(9, reporter());
    expect(await published()).toMatchObject({ version: 1 });
  });

  it('by the one whose step was taken, where two saw the same', async () => {
    let writes = 0;
    const { reporter, pass, say, published, division } = await reporting({
      state: (store) =>
        Object.assign(Object.create(store) as typeof store, {
          put: (...args: Parameters<typeof store.put>) => {
            if (args[0].endsWith('share.json')) writes++;
            return store.put(...args);
          },
        }),
    });
    const [one, two] = [reporter(), reporter()];
    await pass(3, one, two);
    await say(0, HELD);
    await Promise.all([one(), two()]);
    expect(await published()).toMatchObject({ version: 1 });
    expect(writes).toBe(1);
    expect(await division()).toMatchObject({ step: 2, isWritten: true });
  });

  it('without those that have said nothing for a while', async () => {
    const { reporter, say, clock, published } = await reporting();
    const divide = reporter();
    for (let n = 0; n < 40; n++) {
      if (n < 10) await say(0, HELD);
      await say(1, HELD);
      await divide();
      await clock.advance(1_000);
    }
    const { bytes = [] } = (await published()) ?? {};
    expect(bytes[0]).toBeLessThan(0.1);
    expect(bytes[1]).toBeGreaterThan(0.9);
  });

  it('not where nobody stated a use', async () => {
    const { reporter, clock, published } = await reporting();
    const divide = reporter();
    for (let n = 0; n < 5; n++) {
      await divide();
      await clock.advance(5_000);
    }
    expect(await published()).toBeUndefined();
  });

  it('again after a write that failed, from the most that anybody may have read', async () => {
    let fails = true;
    const { reporter, pass, published, division, log } = await reporting({
      state: (store) =>
        Object.assign(Object.create(store) as typeof store, {
          put: (...args: Parameters<typeof store.put>) =>
            fails && args[0].endsWith('share.json') ? Promise.reject(new Error('away')) : store.put(...args),
        }),
    });
    const divide = reporter();
    await pass(5, divide);
    expect(await division()).toMatchObject({ step: 1, isWritten: false });
    expect(log.events.map(({ event }) => event)).toContain('limits not divided');
    fails = false;
    await pass(11, divide);
    expect(await published()).toMatchObject({ version: 2, bytes: [0.5, expect.closeTo(0.05, 5)] });
  });
});
