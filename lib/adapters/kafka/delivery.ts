/** Hands one batch to its handler until it is settled: done, or dropped after so many failures, or somebody else's. */
import { type RetryPolicy, retryDelayMs } from '../../core/backoff.ts';
import type { Clock, Dice } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { DELIVERIES_MAX, type Handle, type Message } from '../../ports/queue.ts';
import type { Generation } from './generation.ts';
import type { Slots } from './slots.ts';

const RELEASE: RetryPolicy = { attemptsMax: DELIVERIES_MAX, delayMsFirst: 200, delayMsMax: 5_000 };

export interface DeliveryOptions {
  readonly handle: Handle;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** The topic's name, for the log. */
  readonly topic: string;
}

/** Whether the group may forget the batch; it is not so when the batch has to come again, here or elsewhere. */
export async function deliver(
  messages: readonly Message[],
  generation: Generation,
  options: DeliveryOptions,
): Promise<boolean> {
  const { slots, clock, dice, log, topic } = options;
  for (let deliveries = 1; await slots.take(generation.ended); deliveries++) {
    const outcome = await attempt(messages, generation, options).finally(() => slots.give());
    if (outcome === 'lost') return false;
    if (outcome === 'done') return true;
    const fields = { topic, messages: messages.length, deliveries, problem: String(outcome.reason) };
    if (generation.ended.aborted) return false;
    log.warn('queue.handler', fields);
    if (deliveries === DELIVERIES_MAX) {
      log.error('queue.dropped', { topic, messages: messages.length });
      return true;
    }
    const delayMs = retryDelayMs(RELEASE, deliveries, dice.random());
    await clock.sleep(delayMs, generation.ended).catch(() => undefined);
  }
  return false;
}

type Outcome = 'done' | 'lost' | { readonly reason: unknown };

async function attempt(
  messages: readonly Message[],
  generation: Generation,
  { handle }: DeliveryOptions,
): Promise<Outcome> {
  const { held, end } = generation.begin();
  try {
    await handle(messages, held);
    return held.aborted ? 'lost' : 'done';
  } catch (reason) {
    return held.aborted ? 'lost' : { reason };
  } finally {
    end();
  }
}
