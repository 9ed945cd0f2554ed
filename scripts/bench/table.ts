/** The benchmark's figures as a table for people. */
import { formatBytes, GiB } from '../../lib/core/bytes.ts';
import type { Bench } from './figures.ts';
import type { Cost } from './cost.ts';

const COLUMNS = [
  'load',
  'contender',
  'objects/s',
  'MB/s',
  'CPU ms/object',
  'CPU s/GiB',
  'peak RSS',
  'oss2cos is',
] as const;

export function renderTable({ serversAlone, costs, ratios }: Bench): string {
  const rows = Object.entries(costs).flatMap(([load, byContender]) =>
    Object.entries(byContender).map(([contender, cost]) => {
      const ratio = (ratios[load as keyof typeof ratios] as Record<string, number | undefined>)[contender];
      return [load, contender, ...figures(cost), ratio === undefined ? '' : `${ratio.toFixed(2)} x`];
    }),
  );
  const { get4k, put4k, get8m, put8m } = serversAlone;
  const alone =
    `The servers alone: ${perSecond(get4k.requestsPerSecond)} GETs/s and ${perSecond(put4k.requestsPerSecond)} PUTs/s of 4 KiB, ` +
    `${megabytes(get8m.bytesPerSecond)} MB/s out and ${megabytes(put8m.bytesPerSecond)} MB/s in.\n`;
  return `${aligned([[...COLUMNS], ...rows])}\n${alone}`;
}

function figures({ objects, bytes, seconds, cpuSeconds, rssBytesMax }: Cost): string[] {
  return [
    perSecond(objects / seconds),
    megabytes(bytes / seconds),
    ((cpuSeconds / objects) * 1000).toFixed(3),
    (cpuSeconds / (bytes / GiB)).toFixed(2),
    rssBytesMax === 0 ? '' : formatBytes(rssBytesMax),
  ];
}

const perSecond = (rate: number) => rate.toFixed(rate < 100 ? 1 : 0);
const megabytes = (bytesPerSecond: number) => (bytesPerSecond / 1e6).toFixed(1);

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return rows.map(line).join('\n') + '\n';
}
