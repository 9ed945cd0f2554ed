/**
 * An object of several GiB between sockets, copied by a process that is killed with -9 at several places: parts that a
 * slice tells of never move again, and the whole is what it was. `SHOW=1` prints what each life asked for.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GiB } from '../../lib/core/bytes.ts';
import { PART_BYTES } from '../../lib/core/parts.ts';
import type { Report } from '../../lib/core/report.ts';
import { uploadPlaces } from '../../lib/core/spread.ts';
import { parseTask, type Task } from '../../lib/core/task.ts';
import { ONE_PROCESS } from '../../lib/runtime/limits.ts';
import { type CosStandin, startCos } from '../standins/cos/server.ts';
import { periodicBody } from '../standins/kernel/object.ts';
import { type OssStandin, startOss } from '../standins/oss/server.ts';
import { startCommand, taskFile } from '../support/command.ts';
import { seededDice } from '../support/seeded-dice.ts';

const GIB = Number(process.env['SPREAD_GIB'] ?? 5);
const SIZE = GIB * GiB - 12_345;
const PARTS = Math.ceil(SIZE / PART_BYTES);
const SMALL = 200;
const SOURCE = 'photos';
const TARGET = 'photos-1250000000';
const STATE = 'state-1250000000';
/** Parts under way in one process when it dies. */
const UNDER_WAY_MAX = ONE_PROCESS.segmentsInFlight * 8;
/** The target is still at it when the process that asked for it has died. */
const MERGING = { spaces: 20, everyMs: 200 };
const LOOK_EVERY_MS = 20;

interface Life {
  readonly endedBy: string;
  /** UploadPart requests. */
  readonly sent: number;
  /** Parts that were not stored before. */
  readonly fresh: number;
  /** Parts that are stored at its end, and no slice tells of. */
  readonly unproved: number;
  readonly requests: Readonly<Record<string, number>>;
}

let oss: OssStandin;
let cos: CosStandin;
let stateDir: string;
beforeEach(async () => {
  oss = await startOss({
    buckets: { [SOURCE]: { region: 'oss-cn-hangzhou' } },
    credentials: [{ id: 'oss-id', secret: 'oss-canary-secret' }],
  });
  const region = 'ap-guangzhou';
  cos = await startCos({
    buckets: {
      [TARGET]: { region, discardBodies: true, etagsWithoutMd5: true, merging: MERGING },
      [STATE]: { region },
    },
    credentials: [{ id: 'cos-id', secret: 'cos-canary-secret' }],
  });
  stateDir = await mkdtemp(join(tmpdir(), 'oss2cos-'));
});
afterEach(async () => {
  await Promise.all([oss.close(), cos.close(), rm(stateDir, { recursive: true })]);
});

function taskBetween(): Task {
  return parseTask({
    taskId: 'spread',
    source: { bucket: SOURCE, region: 'oss-cn-hangzhou', endpoint: oss.url },
    target: { bucket: TARGET, region: 'ap-guangzhou', endpoint: cos.url },
    state: { bucket: STATE },
  });
}

const asked = (operation: string) => cos.requests.get(operation) ?? 0;
/** Of the upload under way; all of them once it is asked to be completed. */
const stored = () =>
  asked('CompleteMultipartUpload') > 0
    ? PARTS
    : (cos.uploads(TARGET).find(({ key }) => key === 'large')?.parts ?? 0);

/** Parts that slices tell of. */
function proved(): number {
  const folders = [...cos.store(STATE).keys()].flatMap(
    (key) => /\/uploads\/[^/]+\/[^/]+\/(.+)$/.exec(key)?.[1] ?? [],
  );
  const spans = uploadPlaces(folders).flatMap((place) => place.spans);
  return new Set(spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))).size;
}

/** Runs the command until `isDue`, then kills it; without it, to its end. */
async function live(file: string, endedBy: string, isDue?: () => boolean) {
  const before = new Map(cos.requests);
  const [reads, storedBefore] = [oss.requests.get('GetObject') ?? 0, stored()];
  const { child, ended } = startCommand({ stateDir }, 'migrate', file, '--json');
  const over = ended.then(() => true);
  while (isDue !== undefined && !isDue() && !(await Promise.race([over, sleep(LOOK_EVERY_MS, false)])));
  if (isDue !== undefined) child.kill('SIGKILL');
  const end = await ended;
  const requests: Record<string, number> = {
    read: (oss.requests.get('GetObject') ?? 0) - reads,
  };
  for (const [operation, count] of cos.requests) requests[operation] = count - (before.get(operation) ?? 0);
  const now = stored();
  const sent = requests['UploadPart'] ?? 0;
  const life: Life = {
    endedBy,
    sent,
    fresh: now - storedBefore,
    unproved: now - proved(),
    requests,
  };
  return { end, life };
}

function show(lives: readonly Life[]): void {
  if (process.env['SHOW'] === undefined) return;
  const of = (life: Life, operation: string) => String(life.requests[operation] ?? 0);
  const rows = lives.map((life, i) => [
    String(i + 1), life.endedBy, String(life.sent), String(life.fresh), String(life.sent - life.fresh),
    String(life.unproved), of(life, 'read'), of(life, 'InitiateMultipartUpload'),
    of(life, 'CompleteMultipartUpload'), of(life, 'HeadObject'), of(life, 'AbortMultipartUpload'), of(life, 'PutObject'),
  ]); // prettier-ignore
  const head =
    'life|ended by|UploadPart|new parts|moved again|stored, unproved|GetObject|Initiate|Complete|HEAD|Abort|PUT';
  process.stdout.write(`${[head.split('|'), ...rows].map((row) => row.join(' | ')).join('\n')}\n`);
}

it('moves at most one checkpoint again after each kill, also of a target that still merges', async () => {
  const body = periodicBody(5, SIZE);
  const { crc64 } = await oss.seed(SOURCE, { key: 'large', body, type: 'Multipart' });
  for (let i = 0; i < SMALL; i++)
    await oss.seed(SOURCE, { key: `small/${String(i)}`, body: `body ${String(i)}` });
  const task = taskBetween();
  const file = await taskFile({ stateDir }, task);
  const dice = seededDice(Number(process.env['SPREAD_SEED'] ?? 1));
  const lives: Life[] = [];
  const die = async (why: string, isDue: () => boolean) => {
    const { life } = await live(file, `kill -9 ${why}`, isDue);
    lives.push(life);
  };
  const early = 5 + Math.floor(dice.random() * 40);
  await die(`after ${String(early)} parts`, () => stored() >= early);
  for (let kill = 0; kill < 2; kill++) {
    const [provedBefore, more] = [proved(), Math.floor(dice.random() * 60)];
    let dueParts = Infinity;
    await die(`${String(more)} parts after a checkpoint`, () => {
      if (proved() > provedBefore) dueParts = Math.min(dueParts, stored() + more);
      return stored() >= dueParts;
    });
  }
  await die('while the target merges', () => asked('CompleteMultipartUpload') > 0);
  expect(cos.store(TARGET).get('large')).toBeUndefined();
  const { end, life } = await live(file, 'its end');
  lives.push(life);
  show(lives);
  expect(end.status, end.stderr).toBe(0);
  const report = JSON.parse(end.stdout) as Report;
  expect(report).toMatchObject({
    status: 'succeeded',
    objects: { total: SMALL + 1, copied: SMALL + 1 },
    verified: { crc64: SMALL + 1, size: 0 },
  });
  expect(cos.store(TARGET).get('large')).toMatchObject({ size: SIZE, crc64 });
  expect(cos.uploads(TARGET)).toEqual([]);
  const initiated = lives.reduce((sum, { requests }) => sum + (requests['InitiateMultipartUpload'] ?? 0), 0);
  expect(initiated).toBe(2); // the preflight's, and one
  lives.forEach(({ sent, fresh }, i) => {
    const before = lives[i - 1];
    // What its predecessor had stored since its last checkpoints, and what is under way when it dies itself.
    expect(sent - fresh).toBeLessThanOrEqual((before?.unproved ?? 0) + UNDER_WAY_MAX);
  });
  expect(lives.at(-1)?.sent).toBe(0); // a merge that nobody heard costs no part
}, 180_000);
