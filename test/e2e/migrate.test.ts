import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, failedLines, targetKeys } from '../support/compare.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { NASTY_KEYS, REFUSED_KEYS } from '../support/nasty-keys.ts';
import { generatedBody } from '../standins/kernel/object.ts';

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
});
afterEach(async () => {
  await m.close();
});

const HEADERS = {
  'content-type': 'image/svg+xml; charset=utf-8',
  'cache-control': 'max-age=60, public',
  'content-disposition': 'attachment; filename="a b.svg"',
  'content-language': 'de, en',
  expires: 'Wed, 21 Oct 2026 07:28:00 GMT',
};

describe('what arrives', () => {
  it('is every nasty key with its bytes, headers, metadata and tags', async () => {
    for (const [i, key] of NASTY_KEYS.entries()) {
      await m.oss.seed(SOURCE, {
        key,
        body: `content ${i}`,
        headers: HEADERS,
        meta: { owner: 'é 中', n: String(i) },
        tags: { team: 'a/b', n: String(i) },
      });
    }
    const task = m.task();
    const report = await m.run(task);
    expect(report).toMatchObject({
      status: 'succeeded',
      objects: { total: NASTY_KEYS.length, copied: NASTY_KEYS.length, pending: 0 },
      verified: { crc64: NASTY_KEYS.length },
    });
    expect(await differences(m, task)).toEqual([]);
  });

  it('is the content of symlinks, empty objects, folder markers, objects without a checksum and appendable ones', async () => {
    await m.oss.seed(SOURCE, { key: 'real', body: 'the content' });
    await m.oss.seed(SOURCE, {
      key: 'link',
      body: '',
      type: 'Symlink',
      symlinkTarget: 'real',
      meta: { of: 'link' },
    });
    await m.oss.seed(SOURCE, { key: 'empty', body: '' });
    await m.oss.seed(SOURCE, { key: 'folder/', body: '' });
    await m.oss.seed(SOURCE, { key: 'old', body: 'x'.repeat(5000), withoutCrc64: true });
    await m.oss.seed(SOURCE, { key: 'old and long', body: generatedBody(7, 3_000_000), withoutCrc64: true });
    await m.oss.seed(SOURCE, { key: 'log', body: 'appended', type: 'Appendable' });
    await m.oss.seed(SOURCE, { key: 'cold', body: 'readable', storageClass: 'IA' });
    await m.oss.seed(SOURCE, { key: 'restored', body: 'thawed', storageClass: 'Archive', restored: true });
    const task = m.task();
    const report = await m.run(task);
    expect(report).toMatchObject({ status: 'succeeded', verified: { crc64: 9, size: 0 } });
    expect(report.bytes.total).toBe(report.bytes.copied);
    expect(await differences(m, task)).toEqual([]);
  });

  it('is large objects in parts, with and without a stated checksum', async () => {
    await m.oss.seed(SOURCE, {
      key: 'large',
      body: generatedBody(1, 70 * 1024 * 1024 + 17),
      headers: HEADERS,
      meta: { a: 'b' },
      tags: { t: 'v' },
    });
    await m.oss.seed(SOURCE, {
      key: 'large and old',
      body: generatedBody(2, 65 * 1024 * 1024),
      withoutCrc64: true,
    });
    const task = m.task();
    const report = await m.run(task);
    expect(report).toMatchObject({ status: 'succeeded', objects: { copied: 2 }, verified: { crc64: 2 } });
    expect(await differences(m, task)).toEqual([]);
    expect(m.oss.requests.get('GetObject')).toBe(18); // 9 + 9 parts, no HEAD
    expect(m.cos.uploads(TARGET)).toEqual([]);
  }, 60_000);

  it('costs one GET and one PUT an object, and one LIST a page', async () => {
    for (let i = 0; i < 2_500; i++) await m.oss.seed(SOURCE, { key: `k/${i}`, body: `body ${i}` });
    await m.run(m.task());
    expect(m.oss.requests.get('GetObject')).toBe(2_500);
    expect(m.oss.requests.get('ListObjects')).toBe(3 + 1); // preflight lists one key
    expect(m.oss.requests.get('HeadObject')).toBe(1); // preflight
    expect(targetKeys(m)).toHaveLength(2_500);
  });
});

describe('what does not arrive', () => {
  it('stands in the report and the failed manifest with its class, and nothing else does', async () => {
    await m.oss.seed(SOURCE, { key: 'fine', body: 'fine' });
    await m.oss.seed(SOURCE, { key: 'frozen', body: 'x', storageClass: 'Archive' });
    await m.oss.seed(SOURCE, { key: 'dangling', body: '', type: 'Symlink', symlinkTarget: 'nothing' });
    await m.oss.seed(SOURCE, { key: 'under_score', body: 'x', meta: { a_b: 'c' } });
    await m.oss.seed(SOURCE, { key: 'wordy', body: 'x', meta: { long: 'w'.repeat(4_000) } });
    const refused = REFUSED_KEYS.filter(([key]) => !key.startsWith('\\'));
    for (const [key] of refused) await m.oss.seed(SOURCE, { key, body: 'x' });
    await m.oss.seed(SOURCE, { key: '.oss2cos/mine', body: 'would overwrite state' });
    const task = m.task();
    const report = await m.run(task);
    const lines = await failedLines(m, task.taskId);
    const byKey = Object.fromEntries(lines.map(({ key, error }) => [key, error.code]));
    expect(byKey).toEqual({
      frozen: 'ARCHIVED',
      dangling: 'SOURCE_GONE',
      under_score: 'METADATA_ILLEGAL',
      wordy: 'METADATA_TOO_LARGE',
      '.oss2cos/mine': 'KEY_ILLEGAL',
      ...Object.fromEntries(refused.map(([key, code]) => [key, code.toUpperCase()])),
    });
    expect(report).toMatchObject({
      status: 'completed_with_failures',
      objects: { copied: 1, failed: lines.length, pending: 0 },
    });
    expect(report.failures.map(({ code, objects }) => [code, objects])).toEqual([
      ['SOURCE_GONE', 1],
      ['ARCHIVED', 1],
      ['KEY_TOO_LONG', 2],
      ['KEY_ILLEGAL', 4],
      ['METADATA_TOO_LARGE', 1],
      ['METADATA_ILLEGAL', 1],
    ]);
    expect(report.manifests.failed).toBe(`cos://${TARGET}/.oss2cos/${task.taskId}/failed.jsonl`);
  });

  it('arrives with the failed manifest as the source, once its cause is mended', async () => {
    await m.oss.seed(SOURCE, { key: 'fine', body: 'fine' });
    await m.oss.seed(SOURCE, { key: 'frozen', body: 'x', storageClass: 'Archive' });
    await m.oss.seed(SOURCE, { key: 'under_score', body: 'x', meta: { a_b: 'c', d: 'e' } });
    const first = await m.run(m.task({ taskId: 'first' }));
    expect(first.objects).toMatchObject({ copied: 1, failed: 2 });
    await m.oss.seed(SOURCE, { key: 'frozen', body: 'xyz', storageClass: 'Archive', restored: true });
    m.oss.resetCounts();
    const second = await m.run(
      m.task({
        taskId: 'second',
        source: { manifest: first.manifests.failed },
        headers: { onIllegal: 'rename' },
      }),
    );
    expect(second).toMatchObject({
      status: 'succeeded',
      objects: { total: 2, copied: 2 },
      bytes: { total: 4, copied: 4 },
    });
    expect(m.oss.requests.get('ListObjects')).toBeUndefined();
    expect(m.cos.store(TARGET).get('under_score')?.meta).toEqual({ 'a-b': 'c', d: 'e' });
  });
});
