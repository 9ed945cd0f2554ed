/** A timer trigger: invokes asynchronously whenever its cron says so (documents 583/9708, 583/41138). */
import type { ActiveTrigger } from '../runtime.ts';
import { nextFire, parseCron } from './cron.ts';
import { nap } from './nap.ts';
import type { Timing, TriggerInvoke } from './options.ts';
import { isHeldBack, STATUS } from './status.ts';
import type { Trigger } from './trigger.ts';

/** A timer of Node's holds 24 days at most. */
const NAP_MS_MAX = 3_600_000;

export interface TimerParts {
  readonly definition: Extract<ActiveTrigger, { kind: 'timer' }>;
  readonly invoke: TriggerInvoke;
  readonly timing: Timing;
  readonly everyMs: number | undefined;
}

/** @throws TypeError where the cron is none. */
export function startTimer({ definition, invoke, timing, everyMs }: TimerParts): Trigger {
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();
  const cron = parseCron(definition.cron);
  const next = (nowMs: number): number | undefined =>
    everyMs === undefined ? nextFire(cron, nowMs) : nowMs + everyMs;
  const fire = (atMs: number): void => {
    const event = timerEvent(definition, atMs);
    const invoked = invokeAsync({
      invoke: () => invoke(definition.name, event),
      timing,
      signal: stop.signal,
    });
    underWay.add(invoked);
    void invoked.finally(() => underWay.delete(invoked));
  };
  const ticking = tick(next, fire, stop.signal);
  return {
    async stop() {
      stop.abort();
      await ticking;
      await Promise.all(underWay);
    },
  };
}

function timerEvent({ name, argument }: TimerParts['definition'], atMs: number): string {
  const time = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  return JSON.stringify({ Type: 'Timer', TriggerName: name, Time: time, Message: argument });
}

type Next = (nowMs: number) => number | undefined;

async function tick(next: Next, fire: (atMs: number) => void, signal: AbortSignal): Promise<void> {
  let nextMs = next(Date.now());
  while (nextMs !== undefined && !signal.aborted) {
    const waitMs = nextMs - Date.now();
    if (waitMs > 0) {
      await nap(Math.min(waitMs, NAP_MS_MAX), signal);
      continue;
    }
    fire(nextMs);
    nextMs = next(Date.now());
  }
}

interface AsyncInvocation {
  readonly invoke: () => ReturnType<TriggerInvoke>;
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

/** Nobody waits for the answer: failures are tried again, and in the end forgotten. */
async function invokeAsync({ invoke, timing, signal }: AsyncInvocation): Promise<void> {
  const untilMs = Date.now() + timing.asyncLifeMs;
  let failures = 0;
  while (!signal.aborted) {
    const { status } = await invoke();
    if (status === STATUS.ok) return;
    if (!isHeldBack(status) && failures++ === timing.asyncRetries) return;
    if (Date.now() + timing.asyncRetryMs > untilMs) return;
    await nap(timing.asyncRetryMs, signal);
  }
}
