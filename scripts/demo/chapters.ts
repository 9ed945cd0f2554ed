/** The story from two empty buckets to a proven migration, chapter by chapter. */
import { formatBytes } from '../../lib/core/bytes.ts';
import type { Report } from '../../lib/core/report.ts';
import { SOURCE, TARGET } from '../../test/support/migration.ts';
import { fillSource, fillTarget, restoreArchived, spoilTheLine } from './buckets.ts';
import type { CosReader, TargetObject } from './cos-reader.ts';
import { expectedObjects, finalEnding, standing } from './expected.ts';
import type { Item, Kind } from './objects.ts';
import * as proof from './proof.ts';
import { type Running, runTask, saveReport, tellFailures, tellReport } from './run.ts';
import { counted, type Story } from './story.ts';

export interface Scene extends Running {
  readonly reader: CosReader;
  readonly story: Story;
  readonly kinds: readonly Kind[];
  readonly items: readonly Item[];
  /** Where copies of the reports go, to be looked at afterwards. */
  readonly directory: string;
}

export function introduceStores({ m, story }: Scene): void {
  story.chapter('Two clouds in this process, behind real HTTP and real signatures');
  story.line('Nothing leaves this machine; it takes less than a minute.');
  story.line(`OSS  ${m.oss.url}  bucket ${SOURCE}`);
  story.line(`COS  ${m.cos.url}  bucket ${TARGET}`);
}

/** Answers what stands in the target from the start and has to stay. */
export async function fillBuckets({ m, story, kinds, items, signal }: Scene): Promise<TargetObject[]> {
  story.chapter('The source bucket, with all that migrations trip over');
  await fillSource(m, kinds, signal);
  const kept = await fillTarget(m, items);
  const isTrouble = (kind: Kind): boolean => kind.items.some(({ retried }) => retried !== undefined);
  const list = (some: readonly Kind[]): void => {
    for (const { title, items: these } of some) story.line(`${counted(these.length).padStart(7)}  ${title}`);
  };
  list(kinds.filter((kind) => !isTrouble(kind)));
  story.line('and what cannot arrive as it is:');
  list(kinds.filter(isTrouble));
  return standing(m, kept);
}

export async function firstRun(scene: Scene): Promise<Report> {
  const { m, reader, story, items } = scene;
  story.chapter(
    'The migration: the three cloud functions in one process, over a line that breaks now and then',
  );
  const faults = spoilTheLine(m);
  const report = await runTask(scene, m.task({ taskId: 'demo', conflict: 'newer' }));
  tellReport(report, story);
  tellFailures(report, story);
  const struck = faults.reduce((sum, { fired }) => sum + fired, 0);
  story.line();
  story.line(
    `${counted(struck)} requests were cut, garbled or answered with an error on the way: tried again, no trace left.`,
  );
  await tellFiles(scene, report);
  const endings = proof.endingsOf(items, ({ first }) => first);
  await proof.proveReport(report, endings, reader);
  return report;
}

/** Takes up what the failed manifest of the first one names. */
export async function secondRun(
  scene: Scene,
  { manifests: { failed: manifest = '' } }: Report,
): Promise<void> {
  const { m, reader, story, items } = scene;
  story.chapter('The causes are mended, and what failed goes again');
  story.line(`${counted(restoreArchived(m, items))} archived objects restored in OSS`);
  story.line('"headers": {"onIllegal": "rename"}: camera_model may arrive as camera-model');
  story.line(`"source": {"manifest": "${manifest}"}`);
  const task = m.task({
    taskId: 'demo-retry',
    source: { manifest },
    conflict: 'newer',
    headers: { onIllegal: 'rename' },
  });
  const report = await runTask(scene, task);
  tellReport(report, story);
  const left = report.failures.map(({ code, objects }) => `${counted(objects)} ${code}`);
  story.line(`Nobody has removed the causes of the rest: ${left.join(', ')}`);
  await tellFiles(scene, report);
  const endings = proof.endingsOf(items, ({ retried }) => retried);
  await proof.proveReport(report, endings, reader);
}

async function tellFiles(scene: Scene, report: Report): Promise<void> {
  const folder = await saveReport(report, scene.reader, scene.directory);
  scene.story.line();
  scene.story.line(`The report, as it lies in COS, to open in a browser: ${folder}/report.html`);
}

export async function prove(scene: Scene, kept: readonly TargetObject[]): Promise<void> {
  const { m, reader, story, items, signal } = scene;
  story.chapter('The proof: every object read back with the vendor’s SDK');
  const expected = await expectedObjects(m, items, kept);
  const thawed = proof.restoreCopies(m, expected);
  await proof.proveTarget(expected, reader, signal);
  proof.proveSourceUntouched(m);
  const copies = expected.slice(kept.length);
  const bytes = copies.reduce((sum, { size }) => sum + size, 0);
  const lost = items.filter(
    (item) => finalEnding(item) !== 'copied' && finalEnding(item) !== 'skipped',
  ).length;
  const tick = story.paint('green', '✓');
  story.line(
    `${tick} ${counted(copies.length)} copies, ${formatBytes(bytes)}: CRC-64 computed from the bytes read,`,
  );
  story.line('  headers, metadata, tags and storage class as in the source');
  story.line(`  (${counted(thawed)} of them of an archive class, restored in COS to be read)`);
  story.line(`${tick} the ${counted(kept.length)} that were to stay in the target are as they were`);
  story.line(`${tick} the other ${counted(lost)} are what the failed manifest names, each with its reason`);
  story.line(`${tick} nothing else is in the target, and the source saw nothing but reads`);
}

export interface Numbers {
  readonly first: Report;
  /** Requests of both runs, by action. */
  readonly oss: ReadonlyMap<string, number>;
  readonly cos: ReadonlyMap<string, number>;
  /** Since the process began. */
  readonly seconds: number;
}

export function tellNumbers({ story }: Scene, { first, oss, cos, seconds }: Numbers): void {
  const { objects, bytes, throughput } = first;
  const detail = (requests: ReadonlyMap<string, number>): string => {
    const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
    const each = [...requests].map(([action, count]) => `${counted(count)} ${action}`);
    return `${counted(total)} requests: ${each.join(', ')}`;
  };
  story.chapter('The numbers');
  story.line(`${counted(objects.total)} source objects of ${formatBytes(bytes.total)}`);
  story.line(
    `${counted(throughput.objectsPerSecond)} objects/s in the first run, both clouds and the migration sharing one thread`,
  );
  story.line(`${seconds.toFixed(1)} s from the first line to the last`);
  story.line(`OSS  ${detail(oss)}`);
  story.line(`COS  ${detail(cos)}`);
}

export function tellWhatNext({ story }: Scene): void {
  story.chapter('What to do next: a real migration');
  story.line('export OSS_ACCESS_KEY_ID=… OSS_ACCESS_KEY_SECRET=… COS_SECRET_ID=… COS_SECRET_KEY=…');
  story.line(
    `echo '{"source": {"bucket": "photos", "region": "oss-cn-hangzhou"}, "target": {"bucket": "photos-1250000000", "region": "ap-guangzhou"}}' > task.json`,
  );
  story.line('npx oss2cos preflight task.json');
  story.line('npx oss2cos migrate task.json                # on this machine');
  story.line('npx serverless deploy                        # in the cloud: docs/deploy.md');
  story.line('npx serverless invoke -f planner -p task.json');
}
