import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differences, failedLines, targetKeys } from '../support/compare.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
});
afterEach(async () => {
  await m.close();
});

async function manifest(name: string, body: string | Buffer): Promise<{ manifest: string }> {
  await m.cos.seed(TARGET, { key: `lists/${name}`, body });
  return { manifest: `cos://${TARGET}/lists/${name}` };
}

const copies = () => targetKeys(m).filter((key) => !key.startsWith('lists/'));

it.each([
  ['JSON lines', (keys: readonly string[]) => keys.map((key) => JSON.stringify({ key })).join('\n')],
  [
    'JSON strings, gzip',
    (keys: readonly string[]) => gzipSync(keys.map((key) => JSON.stringify(key)).join('\r\n')),
  ],
])('%s name every nasty key', async (_, render) => {
  for (const key of NASTY_KEYS) await m.oss.seed(SOURCE, { key, body: `content of ${key}` });
  await m.oss.seed(SOURCE, { key: 'not listed', body: 'stays' });
  const task = m.task({ source: await manifest('list', render(NASTY_KEYS)) });
  expect(await m.run(task)).toMatchObject({
    status: 'succeeded',
    objects: { total: NASTY_KEYS.length, copied: NASTY_KEYS.length },
  });
  expect(await differences(m, task, NASTY_KEYS)).toEqual([]);
  expect(copies()).not.toContain('not listed');
});

it('plain lines, doubled lines, empty lines and lines that are no key all end as they should', async () => {
  for (const key of ['one', ' two ', 'drei']) await m.oss.seed(SOURCE, { key, body: key });
  const task = m.task({
    source: await manifest('plain.txt', 'one\n\n two \none\n{"key": 7}\ndrei\nmissing\n{broken\n'),
  });
  const report = await m.run(task);
  expect(report).toMatchObject({
    status: 'completed_with_failures',
    objects: { total: 6, copied: 3, failed: 3 },
    bytes: { total: 12, copied: 12 },
  });
  expect(copies().toSorted()).toEqual([' two ', 'drei', 'one']);
  const failed = (await failedLines(m, task.taskId)).map(({ key, error }) => [
    key,
    error.code,
    error.message,
  ]);
  expect(failed.toSorted()).toEqual([
    ['missing', 'SOURCE_GONE', expect.any(String)],
    ['{"key": 7}', 'KEY_ILLEGAL', expect.stringContaining('line 5')],
    ['{broken', 'KEY_ILLEGAL', expect.stringContaining('line 8')],
  ]);
});

it('a list is joined with the target under skip, in whatever order it stands', async () => {
  for (const key of ['c', 'a', 'b']) await m.oss.seed(SOURCE, { key, body: `${key} of the source` });
  await m.cos.seed(TARGET, { key: 'b', body: 'b of the target' });
  const task = m.task({ conflict: 'skip', source: await manifest('list', 'c\na\nb\n') });
  expect(await m.run(task)).toMatchObject({ objects: { copied: 2, skipped: 1 } });
});

it('a list that is damaged, or not there, stops the task with a sentence', async () => {
  const { manifest: address } = await manifest('broken.gz', gzipSync('one\ntwo\n').subarray(0, 18));
  expect(await m.run(m.task({ source: { manifest: address } }))).toMatchObject({
    status: 'failed',
    listing: { complete: false },
    problems: [expect.stringContaining('is damaged')],
  });
  await expect(m.run(m.task({ source: { manifest: `cos://${TARGET}/lists/nothing` } }))).rejects.toThrow(
    /there is no such object/,
  );
});
