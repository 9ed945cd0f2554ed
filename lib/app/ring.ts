/** Messages, as they are sent. Keys spread load over partitions; what belongs to one segment stays in order. */
import type { RangeMessage, ResultMessage, SegmentMessage } from '../core/messages.ts';
import type { Queue } from '../ports/queue.ts';

export function ringRange(queue: Queue, ...messages: readonly RangeMessage[]): Promise<void> {
  return queue.send(
    'ranges',
    messages.map((message) => ({
      key: `${message.taskId}/${message.rangeId}`,
      body: JSON.stringify(message),
    })),
  );
}

export function ringSegment(queue: Queue, ...messages: readonly SegmentMessage[]): Promise<void> {
  return queue.send(
    'segments',
    messages.map((message) => ({ key: keyOf(message), body: JSON.stringify(message) })),
  );
}

/** Parts are to be copied side by side. */
function keyOf({ taskId, segmentId, parts }: SegmentMessage): string {
  const segment = `${taskId}/${segmentId}`;
  return parts === undefined ? segment : `${segment}/${parts.place}/${String(parts.from)}`;
}

export function ringResult(queue: Queue, message: ResultMessage): Promise<void> {
  return queue.send('results', [
    { key: `${message.taskId}/${message.segmentId}`, body: JSON.stringify(message) },
  ]);
}
