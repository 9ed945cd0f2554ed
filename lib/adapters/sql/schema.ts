/** The tables, in SQL that SQLite, MySQL 8 and MariaDB all take. Every primary key begins with the task, so that tasks never meet. */
import { type Generated, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Amount, TallyColumn } from './counters.ts';

/** UTF-8, so that the database compares byte by byte. libsql answers ArrayBuffers, mysql2 Buffers. */
export type Bytes = Uint8Array | ArrayBuffer;

interface TaskColumns {
  task_id: string;
  digest: string;
  task: string;
  state: string;
  started_at_ms: number;
  finished_at_ms: number | null;
  resumed_at_ms: number;
}

interface RingColumns {
  rung_at_ms: number;
  rings: number;
  moved_at_ms: number;
}

/** Read of tasks that version 1 began, and never written. */
type Version1Counters = Record<TallyColumn | 'segments_done', Generated<number>>;

interface RangeColumns extends RingColumns, Version1Counters {
  task_id: string;
  range_id: Bytes;
  after_key: Bytes;
  up_to_key: Bytes | null;
  cursor_key: Bytes;
  state: string;
  problem: string | null;
  segments: Generated<number>;
  listed_objects: Generated<number>;
  listed_bytes: Generated<number>;
}

interface SegmentColumns extends RingColumns {
  task_id: string;
  segment_id: Bytes;
  range_id: Bytes;
  seq: number;
  entries: number;
  bytes: number;
  /** 0 or 1. */
  done: Generated<number>;
  path: string | null;
  failed: Generated<number>;
}

interface SliceColumns {
  task_id: string;
  segment_id: Bytes;
  name: Bytes;
  from_entry: number;
  to_entry: number;
  summary: string;
  came_at_ms: number;
}

interface CounterColumns extends Record<Amount, Generated<number>> {
  task_id: string;
  slot: number;
  /** When a cursor last moved. */
  moved_at_ms: number;
}

interface FailureColumns {
  task_id: string;
  /** The slot that counts it, in digits; in version 1 the range that it was in. */
  range_id: Bytes;
  code: string;
  objects: Generated<number>;
  /** One JSON text a line; may hold more than SAMPLES_MAX, the first ones count. */
  samples: string;
  sampled: Generated<number>;
}

interface EndingColumns {
  task_id: string;
  step: number;
  /** JSON of an `Ending`; empty before the first step. */
  ending: string;
  /** 0 or 1. */
  confirmed: Generated<number>;
}

interface PartColumns {
  task_id: string;
  segment_id: Bytes;
  name: Bytes;
  bytes: number;
}

interface UseColumns {
  task_id: string;
  partition_no: number;
  /** JSON of a `PartitionUse`. */
  last_use: string;
}

interface DivisionColumns {
  task_id: string;
  step: number;
  /** JSON of a `Division`. */
  division: string;
}

export interface Tables {
  oss2cos_schema: { id: number; version: number };
  oss2cos_tasks: TaskColumns;
  oss2cos_ranges: RangeColumns;
  oss2cos_segments: SegmentColumns;
  oss2cos_slices: SliceColumns;
  oss2cos_failures: FailureColumns;
  oss2cos_counters: CounterColumns;
  /** An index of the segments that have failed objects. */
  oss2cos_failed_segments: { task_id: string; segment_id: Bytes };
  oss2cos_endings: EndingColumns;
  oss2cos_uses: UseColumns;
  oss2cos_divisions: DivisionColumns;
  /** Of open segments: what is stored of their large objects. */
  oss2cos_parts: PartColumns;
  /** The sum of those bytes, in the slots of the segments; a slot that counted nothing has no row. */
  oss2cos_part_counters: { task_id: string; slot: number; bytes: number };
}

/** Bytes that a column holds. MySQL's `insert ignore` would cut what is longer, so `encodeKey` refuses it; InnoDB indexes up to 3,072 bytes. */
export const COLUMN_BYTES_MAX = { rangeId: 255, segmentId: 400, sliceName: 255, key: 1_536 } as const;

const key = sql.raw(`varbinary(${COLUMN_BYTES_MAX.key})`);
const rangeId = sql.raw(`varbinary(${COLUMN_BYTES_MAX.rangeId})`);
const segmentId = sql.raw(`varbinary(${COLUMN_BYTES_MAX.segmentId})`);
const sliceName = sql.raw(`varbinary(${COLUMN_BYTES_MAX.sliceName})`);
const rings = sql.raw('rung_at_ms bigint not null, rings bigint not null, moved_at_ms bigint not null');

/** Statements, given what stands behind the columns of a new table. */
type Migration = (tableOptions: string) => readonly RawBuilder<unknown>[];

/** Indexes are written as unique constraints (each ends with the row's own id): MySQL knows no `create index if not exists`. */
const version1: Migration = (options) => [
  sql`create table if not exists oss2cos_tasks (
    task_id varchar(63) not null, digest varchar(64) not null, task longtext not null, state varchar(16) not null,
    started_at_ms bigint not null, finished_at_ms bigint, resumed_at_ms bigint not null,
    primary key (task_id)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_ranges (
    task_id varchar(63) not null, range_id ${rangeId} not null,
    after_key ${key} not null, up_to_key ${key}, cursor_key ${key} not null,
    state varchar(16) not null, problem longtext,
    segments bigint not null default 0, segments_done bigint not null default 0,
    listed_objects bigint not null default 0, listed_bytes bigint not null default 0,
    copied_objects bigint not null default 0, copied_bytes bigint not null default 0,
    skipped_objects bigint not null default 0, skipped_bytes bigint not null default 0,
    failed_objects bigint not null default 0, failed_bytes bigint not null default 0,
    verified_crc64 bigint not null default 0, verified_size bigint not null default 0,
    ${rings},
    primary key (task_id, range_id),
    unique (task_id, after_key, range_id),
    unique (task_id, state, rung_at_ms, range_id)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_segments (
    task_id varchar(63) not null, segment_id ${segmentId} not null, range_id ${rangeId} not null,
    seq bigint not null, entries bigint not null, bytes bigint not null,
    done smallint not null default 0, path longtext, failed bigint not null default 0,
    ${rings},
    primary key (task_id, segment_id),
    unique (task_id, done, rung_at_ms, segment_id),
    unique (task_id, moved_at_ms, segment_id)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_slices (
    task_id varchar(63) not null, segment_id ${segmentId} not null, name ${sliceName} not null,
    from_entry bigint not null, to_entry bigint not null, summary longtext not null, came_at_ms bigint not null,
    primary key (task_id, segment_id, name)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_failures (
    task_id varchar(63) not null, range_id ${rangeId} not null, code varchar(32) not null,
    objects bigint not null default 0, samples longtext not null, sampled bigint not null default 0,
    primary key (task_id, range_id, code)) ${sql.raw(options)}`,
];

const version2: Migration = (options) => [
  sql`create table if not exists oss2cos_endings (
    task_id varchar(63) not null, step bigint not null, ending longtext not null, confirmed smallint not null default 0,
    primary key (task_id)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_counters (
    task_id varchar(63) not null, slot smallint not null,
    ranges bigint not null default 0, ranges_open bigint not null default 0, ranges_failed bigint not null default 0,
    segments bigint not null default 0, segments_done bigint not null default 0,
    listed_objects bigint not null default 0, listed_bytes bigint not null default 0,
    copied_objects bigint not null default 0, copied_bytes bigint not null default 0,
    skipped_objects bigint not null default 0, skipped_bytes bigint not null default 0,
    failed_objects bigint not null default 0, failed_bytes bigint not null default 0,
    verified_crc64 bigint not null default 0, verified_size bigint not null default 0,
    moved_at_ms bigint not null,
    primary key (task_id, slot)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_failed_segments (
    task_id varchar(63) not null, segment_id ${segmentId} not null,
    primary key (task_id, segment_id)) ${sql.raw(options)}`,
];

const version3: Migration = (options) => [
  sql`create table if not exists oss2cos_uses (
    task_id varchar(63) not null, partition_no bigint not null, last_use longtext not null,
    primary key (task_id, partition_no)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_divisions (
    task_id varchar(63) not null, step bigint not null, division longtext not null,
    primary key (task_id)) ${sql.raw(options)}`,
];

const version4: Migration = (options) => [
  sql`create table if not exists oss2cos_parts (
    task_id varchar(63) not null, segment_id ${segmentId} not null, name ${sliceName} not null, bytes bigint not null,
    primary key (task_id, segment_id, name)) ${sql.raw(options)}`,
  sql`create table if not exists oss2cos_part_counters (
    task_id varchar(63) not null, slot smallint not null, bytes bigint not null,
    primary key (task_id, slot)) ${sql.raw(options)}`,
];

/** Step n leads from version n to n + 1. Each may run twice, and in several processes at once. */
export const MIGRATIONS: readonly Migration[] = [version1, version2, version3, version4];

export async function createSchemaTable(db: Kysely<Tables>, tableOptions: string): Promise<void> {
  await sql`create table if not exists oss2cos_schema (
    id bigint not null, version bigint not null, primary key (id)) ${sql.raw(tableOptions)}`.execute(db);
}
