import { describe, expect, it } from 'vitest';
import { preflight } from '../../lib/app/preflight.ts';
import { ROOT_RANGE, startTask } from '../../lib/app/start-task.ts';
import { StoreError, type StoreErrorCode, UserError } from '../../lib/core/errors.ts';
import { parseTask } from '../../lib/core/task.ts';
import { sampleTask } from '../support/sample-task.ts';
import { CALM, fill, openWorkshop, taken, type Workshop } from '../support/workshop.ts';

const refuse = (code: StoreErrorCode) => () =>
  Promise.reject(
    new StoreError('refused', { code, operation: 'x', vendorCode: 'AccessDenied', status: 403 }),
  );

async function findingsOf({ ports, task }: Workshop): Promise<readonly string[]> {
  const error: unknown = await preflight(ports, task, CALM).catch((reason: unknown) => reason);
  return error instanceof UserError ? error.mistakes : [];
}

describe('preflight', () => {
  it('finds nothing where all is well, and leaves nothing behind', async () => {
    const shop = openWorkshop();
    fill(shop, ['a']);
    expect(await preflight(shop.ports, shop.task, CALM)).toEqual([]);
    expect([shop.sink.objects.size, shop.sink.openUploads.size, shop.objects.objects.size]).toEqual([
      0, 0, 0,
    ]);
  });

  it('lists all findings together, each with what to grant', async () => {
    const shop = openWorkshop({
      source: (source) => Object.assign(source, { list: refuse('denied') }),
      sink: (sink) => Object.assign(sink, { begin: refuse('denied'), versioning: refuse('denied') }),
      state: (store) => Object.assign(store, { put: refuse('denied') }),
    });
    const findings = await findingsOf(shop);
    expect(findings).toHaveLength(4);
    for (const grant of [
      'oss:ListObjects',
      'cos:InitiateMultipartUpload',
      'cos:GetBucketVersioning',
      'cos:DeleteObject',
    ])
      expect(findings.filter((finding) => finding.includes(grant))).toHaveLength(1);
    expect(findings.every((finding) => finding.includes('AccessDenied, HTTP 403'))).toBe(true);
  });

  it('tells a missing bucket from an endpoint that cannot be reached', async () => {
    const missing = openWorkshop({
      source: (source) => Object.assign(source, { list: refuse('missing_bucket') }),
    });
    expect((await findingsOf(missing)).join()).toContain('the bucket does not exist in this region');
    const down = openWorkshop({ source: (source) => Object.assign(source, { list: refuse('unavailable') }) });
    expect((await findingsOf(down)).join()).toContain('the endpoint cannot be reached');
  });

  it('only warns of an empty source', async () => {
    const shop = openWorkshop();
    expect((await preflight(shop.ports, shop.task, CALM)).join()).toContain('lists no object');
  });

  it('takes no offence at one object that was deleted meanwhile', async () => {
    const shop = openWorkshop({ source: (source) => Object.assign(source, { head: refuse('gone') }) });
    fill(shop, ['a']);
    expect(await findingsOf(shop)).toEqual([]);
  });

  it('finds that the source manifest is not there', async () => {
    const manifest = 'cos://logs-1250000000/keys.txt';
    const shop = openWorkshop({ task: sampleTask({ source: { manifest } }) });
    expect(await findingsOf(shop)).toEqual([
      `cannot read the source manifest ${manifest}: there is no such object`,
    ]);
  });
});

describe('a start', () => {
  it('makes the task once: the same task again answers with its state and rings for nothing', async () => {
    const shop = openWorkshop();
    const first = await startTask(shop.ports, shop.task, CALM);
    expect(first.created).toBe(true);
    expect(taken(shop, 'ranges')).toEqual([{ taskId: 'sample', rangeId: ROOT_RANGE }]);
    const again = await startTask(shop.ports, shop.task, CALM);
    expect([again.created, again.row.state]).toEqual([false, 'running']);
    expect(taken(shop, 'ranges')).toEqual([]);
    expect(await shop.state.readTask(CALM)).toEqual(shop.task);
  });

  it('of another task under a used id is refused, and changes nothing', async () => {
    const shop = openWorkshop();
    await startTask(shop.ports, shop.task, CALM);
    const other = sampleTask({ conflict: 'skip' });
    await expect(startTask(shop.ports, other, CALM)).rejects.toThrow('asks for something else');
    expect((await shop.table.task('sample'))?.task.conflict).toBe('overwrite');
  });

  it('that stopped half way is mended by the next one', async () => {
    const shop = openWorkshop();
    const send = shop.queue.send.bind(shop.queue);
    shop.queue.send = () => Promise.reject(new Error('queue down'));
    await expect(startTask(shop.ports, shop.task, CALM)).rejects.toThrow('queue down');
    shop.queue.send = send;
    expect((await startTask(shop.ports, shop.task, CALM)).created).toBe(false);
    expect(taken(shop, 'ranges')).toHaveLength(1);
  });

  it('that fails preflight makes no task', async () => {
    const shop = openWorkshop({ sink: (sink) => Object.assign(sink, { begin: refuse('denied') }) });
    await expect(startTask(shop.ports, shop.task, CALM)).rejects.toThrow(UserError);
    expect(await shop.table.task('sample')).toBeUndefined();
  });

  it('takes what the task object in COS says as the same task', async () => {
    const shop = openWorkshop();
    await startTask(shop.ports, shop.task, CALM);
    const stored = parseTask(JSON.parse(JSON.stringify(await shop.state.readTask(CALM))));
    expect((await startTask(shop.ports, stored, CALM)).created).toBe(false);
  });
});
