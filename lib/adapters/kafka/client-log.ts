/** What kafkajs has to say, as events of ours: without stacks, and a repeated line once in a while only. */
import type { LogEntry } from 'kafkajs';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

const REPEAT_MS_MIN = 10_000;
const LINES_MAX = 100;
/** An answer that is an error: whoever asked gets it too, and most heal unseen. */
const ANSWERED = /^Response /;

/** Everything is a warning: whether it is an error is known by those who called the client. */
export function clientLog(log: Log, clock: Clock): (entry: LogEntry) => void {
  const saidAtMs = new Map<string, number>();
  return ({ log: { message, broker, groupId } }) => {
    if (ANSWERED.test(message)) return;
    const problem = message === '' ? 'unknown' : message;
    const nowMs = clock.now();
    if (nowMs - (saidAtMs.get(problem) ?? -Infinity) < REPEAT_MS_MIN) return;
    if (saidAtMs.size >= LINES_MAX) saidAtMs.clear();
    saidAtMs.set(problem, nowMs);
    log.warn('kafka.client', { problem, broker: textOf(broker), group: textOf(groupId) });
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
