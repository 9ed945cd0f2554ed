/** The event of a CKafka trigger (document 583/17530). */
import type { KafkaMessage } from 'kafkajs';
import { SCF } from '../../../../lib/core/platform.ts';

export interface BatchRecord {
  readonly offset: bigint;
  readonly json: string;
  readonly bytes: number;
  readonly arrivedMs: number;
}

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

const FRAME_BYTES = Buffer.byteLength('{"Records":[]}');

/** The vendor's page writes `Partition` and `partition`: functions have to take either, so they get both, in turns. */
export function recordOf({ topic, partition }: Place, message: KafkaMessage): BatchRecord {
  const offset = BigInt(message.offset);
  const record = {
    topic,
    ...(offset % 2n === 0n ? { Partition: partition } : { partition }),
    offset: Number(offset),
    msgKey: message.key === null ? 'None' : message.key.toString(),
    msgBody: message.value?.toString() ?? '',
  };
  const json = JSON.stringify({ Ckafka: record });
  return { offset, json, bytes: Buffer.byteLength(json) + 1, arrivedMs: Date.now() };
}

/** How many records from the first on make one batch: at most `countMax`, at most what an event may hold, at least one. */
export function batchLength(records: readonly BatchRecord[], countMax: number): number {
  let bytes = FRAME_BYTES;
  let count = 0;
  for (const record of records.slice(0, countMax)) {
    bytes += record.bytes;
    if (count > 0 && bytes > SCF.syncEventBytesMax) break;
    count++;
  }
  return count;
}

export function batchEvent(records: readonly BatchRecord[]): string {
  return `{"Records":[${records.map(({ json }) => json).join(',')}]}`;
}
