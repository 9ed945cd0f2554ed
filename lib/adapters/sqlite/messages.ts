/** The queue's rows and what may be asked of them; each function is one transaction, without waiting. */
import { DELIVERIES_MAX, type Message } from '../../ports/queue.ts';
import type { Topic } from '../../core/messages.ts';
import type { Connection } from './connection.ts';

/** Keys and bodies are UTF-8 bytes: texts would end at a NUL. A claimed message is visible again when its lease ends. */
const TABLE = `create table if not exists oss2cos_messages (
  id integer primary key autoincrement,
  topic text not null, message_key blob not null, body blob not null,
  visible_at_ms integer not null, deliveries integer not null default 0, lease text)`;
const BY_TOPIC =
  'create index if not exists oss2cos_messages_topic on oss2cos_messages (topic, visible_at_ms, id)';
const BY_LEASE =
  'create index if not exists oss2cos_messages_lease on oss2cos_messages (lease) where lease is not null';

export interface Claim {
  readonly lease: string;
  readonly messages: readonly Message[];
  /** This delivery included; the highest of the batch. */
  readonly deliveries: number;
}

interface ClaimedRow {
  readonly id: number;
  readonly message_key: ArrayBuffer;
  readonly body: ArrayBuffer;
  readonly deliveries: number;
}

export function createMessages(connection: Connection): void {
  for (const statement of [TABLE, BY_TOPIC, BY_LEASE]) connection.exec(statement);
}

function bytesOf(text: string): Buffer {
  if (!text.isWellFormed()) throw new TypeError('a message is not valid Unicode');
  return Buffer.from(text, 'utf8');
}

export function insertMessages(
  connection: Connection,
  args: { readonly topic: Topic; readonly messages: readonly Message[]; readonly nowMs: number },
): void {
  const rows = args.messages.map(({ key, body }) => [args.topic, bytesOf(key), bytesOf(body), args.nowMs]);
  connection.transaction(() => {
    for (const row of rows)
      connection.run(
        'insert into oss2cos_messages (topic, message_key, body, visible_at_ms) values (?, ?, ?, ?)',
        row,
      );
  });
}

/** The oldest visible messages, in order. Those delivered `DELIVERIES_MAX` times already are among `dropped` instead. */
export function claimMessages(
  connection: Connection,
  args: { topic: Topic; batchMax: number; lease: string; nowMs: number; leaseMs: number },
): { readonly claim: Claim | undefined; readonly dropped: number } {
  return connection.transaction(() => {
    const rows = connection.all(
      `update oss2cos_messages set lease = ?, visible_at_ms = ?, deliveries = deliveries + 1
        where id in (select id from oss2cos_messages where topic = ? and visible_at_ms <= ?
          order by visible_at_ms, id limit ?)
        returning id, message_key, body, deliveries`,
      [args.lease, args.nowMs + args.leaseMs, args.topic, args.nowMs, args.batchMax],
    ) as ClaimedRow[];
    const dropped = rows.some((row) => row.deliveries > DELIVERIES_MAX)
      ? dropClaimed(connection, args.lease, DELIVERIES_MAX + 1)
      : 0;
    const good = rows.filter((row) => row.deliveries <= DELIVERIES_MAX).toSorted((a, b) => a.id - b.id);
    return { claim: good.length === 0 ? undefined : claimOf(args.lease, good), dropped };
  });
}

function claimOf(lease: string, rows: readonly ClaimedRow[]): Claim {
  const text = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('utf8');
  return {
    lease,
    messages: rows.map((row) => ({ key: text(row.message_key), body: text(row.body) })),
    deliveries: Math.max(...rows.map((row) => row.deliveries)),
  };
}

function dropClaimed(connection: Connection, lease: string, deliveriesMin: number): number {
  return connection.run('delete from oss2cos_messages where lease = ? and deliveries >= ?', [
    lease,
    deliveriesMin,
  ]);
}

export function extendLease(connection: Connection, lease: string, visibleAtMs: number): void {
  connection.run('update oss2cos_messages set visible_at_ms = ? where lease = ?', [visibleAtMs, lease]);
}

/** They are done: what is still under this lease is forgotten. */
export function deleteClaimed(connection: Connection, lease: string): void {
  dropClaimed(connection, lease, 0);
}

/** They failed: to be delivered again from `visibleAtMs` on, or dropped then. */
export function releaseClaimed(connection: Connection, lease: string, visibleAtMs: number): void {
  connection.run('update oss2cos_messages set lease = null, visible_at_ms = ? where lease = ?', [
    visibleAtMs,
    lease,
  ]);
}

export function releaseAll(connection: Connection): void {
  connection.run('update oss2cos_messages set lease = null, visible_at_ms = 0 where lease is not null', []);
}
