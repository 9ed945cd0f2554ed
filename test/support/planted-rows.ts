/** Rows of a task of any size, as it stands when nearly all is listed and copied: for tests of what a look at it costs. */

type Value = string | number | Uint8Array | null;

export interface PlantedRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

const OPEN = 8;
const LISTED_AT_MS = 2_000;

const rangeId = (n: number) => `r${String(n).padStart(7, '0')}`;
const bytes = (text: string) => Buffer.from(text);

/** One segment a range, done, every tenth with failures; of `OPEN` more the work goes on, as of `nowMs`. */
export function plantedRows(taskId: string, ranges: number, nowMs: number): PlantedRows[] {
  const all = Array.from({ length: ranges + OPEN }, (_, n) => n);
  const isOpen = (n: number) => n >= ranges;
  const atMs = (n: number) => (isOpen(n) ? nowMs : LISTED_AT_MS);
  const failed = (n: number) => (!isOpen(n) && n % 10 === 0 ? 1 : 0);
  const segmentId = (n: number) => bytes(`${rangeId(n)}/0000000-u`);
  return [
    {
      table: 'oss2cos_ranges',
      columns: [
        ...['task_id', 'range_id', 'after_key', 'up_to_key', 'cursor_key', 'state'],
        ...['rung_at_ms', 'rings', 'moved_at_ms'],
      ],
      rows: all.map((n) => {
        const [after, upTo] = [bytes(rangeId(n)), bytes(rangeId(n + 1))];
        const state = isOpen(n) ? 'open' : 'listed';
        return [taskId, bytes(rangeId(n)), after, upTo, isOpen(n) ? after : upTo, state, atMs(n), 0, atMs(n)];
      }),
    },
    {
      table: 'oss2cos_segments',
      columns: [
        ...['task_id', 'segment_id', 'range_id', 'seq', 'entries', 'bytes', 'done', 'path', 'failed'],
        ...['rung_at_ms', 'rings', 'moved_at_ms'],
      ],
      rows: all.map((n) => [
        ...[taskId, segmentId(n), bytes(rangeId(n)), 0, 1, 1, isOpen(n) ? 0 : 1, isOpen(n) ? null : '[]'],
        ...[failed(n), atMs(n), 0, atMs(n)],
      ]),
    },
    {
      table: 'oss2cos_failed_segments',
      columns: ['task_id', 'segment_id'],
      rows: all.filter((n) => failed(n) > 0).map((n) => [taskId, segmentId(n)]),
    },
  ];
}
