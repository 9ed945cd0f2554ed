/** What is measured, and what comes of it. */
import { MiB } from '../../lib/core/bytes.ts';
import type { Cost } from './cost.ts';
import type { ServersAlone } from './servers.ts';

export type Contender = 'oss2cos' | 'sdk' | 'rclone';

/** `small4k` and so on, as the JSON names them; the bucket's name tells the source what it holds. */
export const LOADS = {
  small4k: { bucket: 'small4k-40000', objects: 40_000, bytes: 40_000 * 4096 },
  small64k: { bucket: 'small64k-10000', objects: 10_000, bytes: 10_000 * 65_536 },
  large: { bucket: 'large-2x512m', objects: 2, bytes: 2 * 512 * MiB },
} as const;
export type LoadName = keyof typeof LOADS;

export interface Load {
  readonly bucket: string;
  readonly objects: number;
  readonly bytes: number;
}

export type Costs = Record<LoadName, Partial<Record<Contender, Cost>>>;

export interface Bench {
  readonly serversAlone: ServersAlone;
  readonly costs: Costs;
  /** Our rate ÷ theirs, of the same load in the same run. */
  readonly ratios: Record<LoadName, Partial<Record<'rclone' | 'sdk', number>>>;
}
