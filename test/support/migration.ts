/** A source and a target on this machine, a task between them, and the one-process runtime to run it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTask, type Task } from '../../lib/core/task.ts';
import type { Report } from '../../lib/core/report.ts';
import type { Log } from '../../lib/ports/log.ts';
import { systemClock, systemDice } from '../../lib/runtime/clock.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { migrate } from '../../lib/runtime/one-process.ts';
import { connectStores } from '../../lib/runtime/stores.ts';
import { type CosStandin, startCos } from '../standins/cos/server.ts';
import { type OssStandin, startOss } from '../standins/oss/server.ts';
import { calm } from './calm.ts';

export const SOURCE = 'photos';
export const TARGET = 'photos-1250000000';
const OSS_REGION = 'oss-cn-hangzhou';
const COS_REGION = 'ap-guangzhou';
const KEYS = {
  oss: { id: 'oss-id', secret: 'oss-canary-secret' },
  cos: { id: 'cos-id', secret: 'cos-canary-secret' },
};

/** The environment that reaches both with the command line. */
export const ENVIRONMENT = {
  OSS_ACCESS_KEY_ID: KEYS.oss.id,
  OSS_ACCESS_KEY_SECRET: KEYS.oss.secret,
  COS_SECRET_ID: KEYS.cos.id,
  COS_SECRET_KEY: KEYS.cos.secret,
};

export interface Migration {
  readonly oss: OssStandin;
  readonly cos: CosStandin;
  readonly stateDir: string;
  /** A task between the two, with what a test changes. */
  task(changes?: TaskChanges): Task;
  run(task: Task, options?: RunOptions): Promise<Report>;
  close(): Promise<void>;
}

export interface TaskChanges {
  readonly source?: object;
  readonly target?: object;
  readonly [property: string]: unknown;
}

export interface RunOptions {
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  readonly onReport?: (report: Report) => void;
  readonly onWarning?: (text: string) => void;
}

export async function openMigration(
  options: { versioning?: 'Enabled' | 'Suspended' } = {},
): Promise<Migration> {
  const oss = await startOss({ buckets: { [SOURCE]: { region: OSS_REGION } }, credentials: [KEYS.oss] });
  const cos = await startCos({
    buckets: { [TARGET]: { region: COS_REGION, ...options } },
    credentials: [KEYS.cos],
  });
  const stateDir = await mkdtemp(join(tmpdir(), 'oss2cos-'));
  const task = ({ source, target, ...rest }: TaskChanges = {}) =>
    parseTask({
      source: { bucket: SOURCE, region: OSS_REGION, endpoint: oss.url, ...source },
      target: { bucket: TARGET, region: COS_REGION, endpoint: cos.url, ...target },
      ...rest,
    });
  return {
    oss,
    cos,
    stateDir,
    task,
    run: (wanted, run = {}) => runOnce(stateDir, wanted, run),
    close: async () => {
      await Promise.all([oss.close(), cos.close(), rm(stateDir, { recursive: true })]);
    },
  };
}

async function runOnce(stateDir: string, task: Task, options: RunOptions): Promise<Report> {
  const stores = connectStores({
    credentials: { oss: () => KEYS.oss, cos: () => KEYS.cos },
    clock: systemClock,
    dice: systemDice,
    connectionsMax: 100,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  try {
    return await migrate({
      task,
      stateDir,
      stores,
      concurrency: options.concurrency ?? 64,
      clock: systemClock,
      dice: systemDice,
      log: options.log ?? silentLog,
      onReport: options.onReport ?? (() => undefined),
      onWarning: options.onWarning ?? (() => undefined),
      signal: options.signal ?? calm(),
    });
  } finally {
    await stores.close();
  }
}
