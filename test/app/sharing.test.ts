import { describe, expect, it } from 'vitest';
import { type Held, Sharing, type Usage } from '../../lib/app/sharing.ts';
import { underLimits } from '../../lib/app/under-limits.ts';
import { ControlWatch } from '../../lib/app/control-watch.ts';
import { sampleTask } from '../support/sample-task.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { CALM, openWorkshop, taken } from '../support/workshop.ts';

/** One that copies, and says what `usage` tells. */
function copying(limits: object = { bytesPerSecond: 100 }) {
  const shop = openWorkshop({ task: sampleTask({ limits }) });
  const { clock, ports, task, state } = shop;
  const now: { held: Held; usage: Usage } = {
    held: { partitions: [1, 2], all: 4 },
    usage: { requests: undefined, bytes: 1 },
  };
  const sharing = new Sharing({
    ...{ clock, dice: seededDice(5) },
    held: () => now.held,
    usage: () => now.usage,
  });
  const parts: number[] = [];
  const stores = { ...ports.stores, limit: (id: string) => void parts.push(sharing.partOf(id).bytes) };
  const run = (forMs: number, segmentId?: string) => {
    const limited = { task, state, control: new ControlWatch(clock, state) };
    const place = segmentId === undefined ? limited : { ...limited, segmentId };
    return underLimits({ ...ports, stores, sharing }, place, CALM, () => clock.sleep(forMs));
  };
  const uses = () => taken(shop, 'results').flatMap(({ use }) => use ?? []);
  return { ...shop, now, run, parts, uses };
}

describe('a process that copies beside others', () => {
  it('states what it used soon after it began, at intervals, and at the end', async () => {
    const { clock, run, uses } = copying();
    const work = run(9_500, 'r/1');
    await clock.advance(3_100);
    expect(uses()).toMatchObject([
      { partitions: [1, 2], partitionsAll: 4, bytes: { part: 0.5, isHeld: true } },
    ]);
    await clock.advance(5_100);
    expect(uses()).toHaveLength(1);
    await clock.advance(1_500);
    await work;
    expect(uses()).toHaveLength(1);
  });

  it('is held back until two statements in a row say otherwise', async () => {
    const { clock, run, uses, now } = copying();
    const work = run(60_000, 'r/1');
    await clock.advance(3_000);
    now.usage = { requests: undefined, bytes: 0.5 };
    await clock.advance(11_000);
    expect(uses().map(({ bytes }) => bytes)).toEqual([
      { part: 0.5, isHeld: true },
      { part: 0.5, isHeld: true },
      { part: 0.25, isHeld: false },
    ]);
    await clock.advance(50_000);
    await work;
  });

  it('follows what is published while it works', async () => {
    const { clock, run, parts, state } = copying();
    const work = run(10_000, 'r/1');
    await clock.advance(1_500);
    expect(parts.at(-1)).toBeCloseTo(0.5, 6);
    await state.writeShares({ version: 1, requests: [0, 0, 0, 1], bytes: [0.1, 0.3, 0.4, 0.2] }, CALM);
    await clock.advance(5_000);
    expect(parts.at(-1)).toBeCloseTo(0.7, 6);
    await clock.advance(5_000);
    await work;
  });

  it('says and reads nothing of a task without limits, nor where nothing is copied', async () => {
    for (const [limits, segmentId] of [
      [{}, 'r/1'],
      [{ bytesPerSecond: 9 }, undefined],
    ] as const) {
      const { clock, run, uses, parts } = copying(limits);
      const work = run(9_500, segmentId);
      await clock.advance(10_000);
      await work;
      expect(uses()).toEqual([]);
      expect(Math.max(...parts)).toBeLessThan(0.1);
    }
  });
});
