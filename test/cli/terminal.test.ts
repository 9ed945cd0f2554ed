/** What strangers named their objects, and what servers say, is text on a terminal: it moves, hides and forges nothing. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stateKeys } from '../../lib/core/layout.ts';
import type { Report } from '../../lib/core/report.ts';
import { ENVIRONMENT, type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { type Ran, shell, stateText, taskFile } from './shell.ts';

/** Clears the screen, sets the title, rings, writes over the line, turns the direction, hides, begins a line. */
const HOSTILE = [
  'clear\u001b[2J\u001b[H',
  'title\u001b]0;owned\u0007',
  'c1\u009b31m',
  'over\rSucceeded: all is well',
  'back\b\b\b\b',
  'turned\u202egpj.exe',
  'isolated\u2066\u200f\u061c',
  'hidden\u200b\ufeff',
  'line\nSucceeded: all is well',
  'separator\u2028Succeeded: all is well',
];
const MOVES =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

let m: Migration;
let path: string;
beforeEach(async () => {
  m = await openMigration();
  path = await taskFile(m, { taskId: 'hostile' });
});
afterEach(() => m.close());

const run = (command: string, ...args: string[]) =>
  shell([command, ...(args.length === 0 ? [path] : args), '--state-dir', m.stateDir]);

/** Text that a terminal shows as it stands, with no line of somebody else's. */
function harmless({ stdout, stderr }: Ran): string {
  const text = stdout + stderr;
  expect(text).not.toMatch(MOVES);
  expect(text).not.toMatch(/^Succeeded: all is well/m);
  return text;
}

it.each(HOSTILE)('a key %j that fails is told in one line, by migrate, status and retry', async (key) => {
  await m.oss.seed(SOURCE, { key, body: 'cold', storageClass: 'Archive' });
  const example = /for example (ARCHIVED|KEY_ILLEGAL) of "/;
  expect(harmless(await run('migrate'))).toMatch(example);
  expect(harmless(await run('status'))).toMatch(example);
  const json = await run('status', path, '--json');
  harmless(json);
  expect((JSON.parse(json.stdout) as Report).failures[0]?.samples[0]?.key).toBe(key);
  harmless(await run('retry', path, '--print'));
});

it('a debug log holds no control character, and the key as it is', async () => {
  const [key = ''] = HOSTILE;
  await m.oss.seed(SOURCE, { key, body: 'cold', storageClass: 'Archive' });
  const ran = await shell(['migrate', path, '--state-dir', m.stateDir], {
    env: { ...ENVIRONMENT, OSS2COS_DEBUG: '1' },
  });
  harmless(ran);
});

it.each(HOSTILE)('a task that holds %j is preflighted and told in plain text', async (text) => {
  const odd = await taskFile(m, { taskId: 'odd', source: { prefix: text } }, 'odd.json');
  expect(harmless(await run('preflight', odd))).toContain('lists no object under');
  harmless(await run('policy', odd));
  const { stdout } = await run('migrate', odd); // progress writes its own stderr, tested with it
  expect(harmless({ status: 0, stdout, stderr: '' })).toContain('Succeeded');
  expect(harmless(await run('status', odd))).toContain('Succeeded');
});

it.each(HOSTILE)('a word %j on the command line is repeated in plain text', async (word) => {
  for (const args of [[word], [`cos://${word}/x`, '--region', 'ap-guangzhou'], [path, `--${word}`]]) {
    const { status, stderr } = await run('status', ...args);
    expect([status, stderr]).toEqual([1, expect.not.stringMatching(MOVES)]);
    expect(stderr).not.toContain('defect');
  }
});

it('words of a server, and of a report that somebody wrote, are shown as words', async () => {
  await m.oss.seed(SOURCE, { key: 'k', body: 'cold', storageClass: 'Archive' });
  await run('migrate');
  const report = JSON.parse((await stateText(m, 'hostile', 'report')) ?? '') as Report;
  const words = HOSTILE.join(' ');
  const failures = report.failures.map((failure) => ({
    ...failure,
    hint: words,
    samples: [{ key: words, message: words, requestId: words }],
  }));
  await plant(JSON.stringify({ ...report, problems: [words], failures, taskId: 'hostile' }));
  const told = harmless(await run('status'));
  expect(told).toContain('\\u001b[2J');
  expect(told).toContain('\\u202egpj.exe');
  await plant(`${words}{`);
  expect(harmless(await run('status'))).toContain('is not JSON');
});

/** In the place of the report, as whoever can write the bucket may put it. */
async function plant(body: string): Promise<void> {
  await m.cos.seed(TARGET, { key: stateKeys.report('.oss2cos/hostile/'), body });
}
