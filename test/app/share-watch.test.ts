import { describe, expect, it } from 'vitest';
import { SHARE_TIMINGS, ShareWatch } from '../../lib/app/share-watch.ts';
import { SHARING } from '../../lib/core/shares.ts';
import { seededDice } from '../support/seeded-dice.ts';
import { CALM, openWorkshop } from '../support/workshop.ts';

const HELD = { partitions: [0, 2], all: 4 };
const FLOOR = { requests: SHARING.floor / 2, bytes: SHARING.floor / 2 };
const SHARES = { requests: [0.1, 0.2, 0.3, 0.4], bytes: [0.4, 0.3, 0.2, 0.1] };

function watching() {
  const { clock, state, objects } = openWorkshop();
  const watch = new ShareWatch({ clock, dice: seededDice(3) });
  const later = async (ms: number) => {
    await clock.advance(ms);
    await watch.read(state, CALM);
  };
  const part = () => {
    const { requests, bytes } = watch.partOf(HELD);
    return { requests: Number(requests.toFixed(6)), bytes: Number(bytes.toFixed(6)) };
  };
  return { clock, state, objects, watch, later, part };
}

describe('the part of a process', () => {
  it('is the floor before anything was read, equal parts where nothing was divided, then its partitions’ shares', async () => {
    const { state, later, part } = watching();
    expect(part()).toEqual(FLOOR);
    await later(0);
    expect(part()).toEqual({ requests: 0.5, bytes: 0.5 });
    await state.writeShares({ version: 1, ...SHARES }, CALM);
    await later(SHARE_TIMINGS.readEveryMs * 2);
    expect(part()).toEqual({ requests: 0.4, bytes: 0.6 });
  });

  it('falls to the floor when its lease ends, counted from when the read began', async () => {
    const { clock, state, watch, part } = watching();
    await state.writeShares({ version: 1, ...SHARES }, CALM);
    await watch.read(state, CALM);
    await clock.advance(SHARE_TIMINGS.leaseMs - 1);
    expect(part()).toEqual({ requests: 0.4, bytes: 0.6 });
    await clock.advance(1);
    expect(part()).toEqual(FLOOR);
  });

  it('counts the time that the read took', async () => {
    const { clock, state, part, watch } = watching();
    await state.writeShares({ version: 1, ...SHARES }, CALM);
    const slow = Object.assign(Object.create(state) as typeof state, {
      readShares: async (signal: AbortSignal) => {
        await clock.sleep(2_000, signal);
        return state.readShares(signal);
      },
    });
    const reading = watch.read(slow, CALM);
    await clock.advance(2_000);
    await reading;
    await clock.advance(SHARE_TIMINGS.leaseMs - 2_001);
    expect(part()).toEqual({ requests: 0.4, bytes: 0.6 });
    await clock.advance(1);
    expect(part()).toEqual(FLOOR);
  });

  it('is not changed by what is garbled, nor by an older version that comes late', async () => {
    const { state, objects, later, part } = watching();
    await state.writeShares({ version: 7, ...SHARES }, CALM);
    await later(0);
    const [key = ''] = objects.objects.keys();
    await objects.put(key, '{"version":8}', { contentType: 'application/json' }, CALM);
    await later(4_000);
    expect(part()).toEqual({ requests: 0.4, bytes: 0.6 });
    await state.writeShares({ version: 6, requests: SHARES.bytes, bytes: SHARES.requests }, CALM);
    await later(3_000);
    expect(part()).toEqual({ requests: 0.4, bytes: 0.6 });
    await later(5_000);
    expect(part()).toEqual(FLOOR);
    await later(SHARE_TIMINGS.lateMsMax);
    expect(part()).toEqual({ requests: 0.6, bytes: 0.4 });
  });

  it('is the floor for a partition that nobody shared out', async () => {
    const { state, watch, later } = watching();
    await state.writeShares({ version: 1, ...SHARES }, CALM);
    await later(0);
    const floor = SHARING.floor / 4;
    expect(watch.partOf({ partitions: [-1], all: 4 })).toEqual({ requests: floor, bytes: floor });
    expect(watch.partOf({ partitions: [], all: 4 })).toEqual({ requests: 0, bytes: 0 });
  });
});
