/** `share.json`: how a task's limits are divided, as the reporter publishes it and every copier reads it; and what copiers state they used. */
import * as z from 'zod';
import { UserError } from './errors.ts';
import { mistakesOf } from './mistakes.ts';

const PARTITIONS_MAX = 10_000;
const partition = z.number().int().nonnegative();
const shares = z.array(z.number().min(0).max(1)).min(1).max(PARTITIONS_MAX).readonly();

const shareObject = z
  .strictObject({
    /** Later ones are higher. */
    version: z.number().int().positive(),
    /** By number of the partition, each a part of the task's limit. */
    requests: shares,
    bytes: shares,
  })
  .refine(({ requests, bytes }) => requests.length === bytes.length, 'requests and bytes differ in length');

const claim = z.strictObject({ part: z.number().min(0).max(100), isHeld: z.boolean() });

/** What a process used of a task's limits since it last said so, on all its partitions together. */
export const useShape = z.strictObject({
  /** Of this statement. */
  unique: z.string().max(64),
  partitions: z.array(partition).min(1).max(PARTITIONS_MAX),
  /** Of the topic. */
  partitionsAll: partition.min(1).max(PARTITIONS_MAX),
  /** Of the two stores, the one that was asked more; absent where there is no limit. */
  requests: claim.optional(),
  bytes: claim.optional(),
});

export type ShareObject = z.output<typeof shareObject>;
export type Use = z.output<typeof useShape>;

/** Throws `UserError` naming `where` and every mistake. */
export function parseShareObject(text: string, where: string): ShareObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${where} is not JSON; the reporter will write it again`);
  }
  const parsed = shareObject.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(`${where} has mistakes:`, mistakesOf(parsed.error, 'share object'));
}
