/** Cuts what is to be sent into requests that every topic takes. */
import { StoreError } from '../../core/errors.ts';
import { CKAFKA } from '../../core/platform.ts';
import type { Message } from '../../ports/queue.ts';

/** Kafka's own limit for a batch is 1,048,588 bytes (`message.max.bytes`): a topic may be left at it. */
const REQUEST_BYTES_MAX = 1_000_000;
/** Length, offset, time and header counts of a record in format v2, at their longest. */
const RECORD_BYTES = 40;
/** Of the batch around the records. */
const BATCH_BYTES = 100;

/** In order; a message over the limit stands alone and is the topic's to judge. */
export function inRequests(messages: readonly Message[]): Message[][] {
  const requests: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = sizeOf(message);
    if (bytes + size > REQUEST_BYTES_MAX) {
      requests.push([]);
      bytes = BATCH_BYTES;
    }
    requests.at(-1)?.push(message);
    bytes += size;
  }
  return requests;
}

function sizeOf({ key, body }: Message): number {
  const bytes = Buffer.byteLength(key) + Buffer.byteLength(body) + RECORD_BYTES;
  if (bytes + BATCH_BYTES <= CKAFKA.messageBytesMax) return bytes;
  throw new StoreError(
    `A message of ${bytes} bytes is over Kafka's ${CKAFKA.messageBytesMax} (its key begins ${JSON.stringify(key.slice(0, 40))}).`,
    { code: 'too_large', operation: 'Produce' },
  );
}
