/** What the suite of queues needs from a queue under test, and how queues on a fake clock give it. */
import type { Topic } from '../../lib/core/messages.ts';
import type { Message, Queue } from '../../lib/ports/queue.ts';
import type { Consumer } from '../support/consumer.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

export interface QueueHarness {
  /** Two handles on one new store. */
  readonly queues: readonly [Queue, Queue];
  /** Whether all of a topic stays in order, or each key alone. */
  readonly ordered: 'topic' | 'key';
  /** Keys that need not wait for one another; 8 or more. */
  readonly keys: readonly string[];
  now(): number;
  /** Resolves as soon as it holds; rejects when it does not for long. */
  until(holds: () => boolean): Promise<void>;
  /** As `until`, and no time may be needed where time can be told to stand still. */
  prompt(holds: () => boolean): Promise<void>;
  /** Resolves when whatever has not come until then does not come by itself. */
  quiet(topic: Topic): Promise<void>;
  /** Resolves when so many consumers have taken up their work. */
  ready(topic: Topic, consumers: number): Promise<void>;
  close(): Promise<void>;
}

/** Longer than any delay, poll or lease of a queue under test. */
export const LONG_MS = 10 * 60_000;
/** Fine enough to measure the shortest delay by. */
const STEP_MS = 10;

interface Opened {
  readonly queues: readonly [Queue, Queue];
  readonly close: () => Promise<void>;
}

/** For engines in this process: time moves when told, and a topic has one line. */
export async function fakeTimeHarness(open: (clock: FakeClock) => Promise<Opened>): Promise<QueueHarness> {
  const clock = new FakeClock();
  const { queues, close } = await open(clock);
  return {
    queues,
    ordered: 'topic',
    keys: Array.from({ length: 8 }, (_, i) => `k${i}`),
    now: () => clock.now(),
    until: (holds) => advanceUntil(clock, holds),
    prompt: async (holds) => {
      await settled();
      if (!holds()) throw new Error('it takes time to hold');
    },
    quiet: () => clock.advance(LONG_MS),
    ready: () => Promise.resolve(),
    close,
  };
}

async function advanceUntil(clock: FakeClock, holds: () => boolean): Promise<void> {
  const lastMs = clock.now() + LONG_MS;
  await settled();
  while (!holds()) {
    if (clock.now() >= lastMs) throw new Error('it never holds');
    await clock.advance(STEP_MS);
  }
}

/** What the parts of the suite play with. */
export interface Play {
  readonly its: () => QueueHarness;
  readonly consume: (...args: ConstructorParameters<typeof Consumer>) => Consumer;
}

/** Messages that need not wait for one another. */
export function spread({ keys }: QueueHarness, ...bodies: string[]): Message[] {
  return bodies.map((body, i) => ({ key: keys[i % keys.length] ?? '', body }));
}

/** In the order they came where the queue promises one, else sorted. */
export function arrived({ ordered }: QueueHarness, ...consumers: readonly Consumer[]): string[] {
  const bodies = consumers.flatMap((consumer) => consumer.bodies);
  return ordered === 'topic' && consumers.length === 1 ? bodies : bodies.toSorted(byNumber);
}

function byNumber(x: string, y: string): number {
  return Number(x) - Number(y) || (x < y ? -1 : 1);
}

export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}
