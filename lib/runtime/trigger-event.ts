/** The event of SCF's CKafka trigger: a batch of messages, of any length (document 583/17530). */
import { type MessageOf, parseMessage, type Topic } from '../core/messages.ts';
import type { Log } from '../ports/log.ts';
import type { Message } from '../ports/queue.ts';

interface TriggerRecord {
  readonly Ckafka: { readonly topic: string; readonly msgKey: string; readonly msgBody: string };
}

export interface TriggerEvent {
  readonly Records: readonly TriggerRecord[];
}

/** As the trigger would send it. */
export function triggerEvent(topic: Topic, messages: readonly Message[]): TriggerEvent {
  return { Records: messages.map(({ key, body }) => ({ Ckafka: { topic, msgKey: key, msgBody: body } })) };
}

export function isTriggerEvent(event: unknown): event is { Records: readonly unknown[] } {
  return typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);
}

/** The batch's messages. One that cannot be read is logged and left out: it must not block those behind it. */
export function messagesOf<T extends Topic>(
  topic: T,
  event: { Records: readonly unknown[] },
  log: Log,
): MessageOf[T][] {
  return event.Records.flatMap((record) => {
    try {
      return [parseMessage(topic, bodyOf(record))];
    } catch (error) {
      log.error('message dropped', {
        topic,
        problem: error instanceof Error ? error.message : String(error),
      });
      return [];
    }
  });
}

/** Of its records, each once; none where they do not tell. The vendor's page spells it in two ways. */
export function partitionsOf(event: { Records: readonly unknown[] }): number[] {
  const named = event.Records.flatMap((record) => {
    const place = (record as { Ckafka?: { partition?: unknown; Partition?: unknown } } | null)?.Ckafka;
    const partition = place?.partition ?? place?.Partition;
    return typeof partition === 'number' ? [partition] : [];
  });
  return [...new Set(named)].toSorted((a, b) => a - b);
}

function bodyOf(record: unknown): string {
  const body = (record as Partial<TriggerRecord> | null)?.Ckafka?.msgBody;
  if (typeof body !== 'string') throw new TypeError('a record without Ckafka.msgBody');
  return body;
}
