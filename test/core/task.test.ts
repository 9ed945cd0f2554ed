import { describe, expect, it } from 'vitest';
import { UserError } from '../../lib/core/errors.ts';
import { limitsAt } from '../../lib/core/limits.ts';
import { parseTask, type Task, taskDigest } from '../../lib/core/task.ts';
import { TASK_ID } from '../../lib/core/task-shape.ts';
import { sampleTask, writtenTask } from '../support/sample-task.ts';

function mistakesOf(input: unknown): readonly string[] {
  try {
    parseTask(input);
  } catch (error) {
    if (error instanceof UserError) return error.mistakes;
    throw error;
  }
  return [];
}

const FULL = writtenTask({
  source: { prefix: '2024/', endpoint: 'http://127.0.0.1:9000', manifest: 'cos://logs-1250000000/a//b.gz' },
  target: { prefix: 'archive/', stripPrefix: true, storageClass: 'ARCHIVE' },
  conflict: 'newer',
  filter: {
    modifiedAfter: '2024-01-01T00:00:00+08:00',
    include: ['**/*.jpg'],
    minBytes: '1KiB',
    maxBytes: 9e9,
  },
  headers: { mode: 'replace', set: { 'Content-Type': 'a/b', 'x-cos-meta-by': 'x' }, provenance: true },
  limits: { requestsPerSecond: 0.5, bytesPerSecond: '100MiB' },
  state: { bucket: 'logs-1250000000', prefix: 'x/' },
});

describe('a task', () => {
  it('is spelled out with its defaults', () => {
    expect(parseTask(writtenTask({ taskId: 'photos-2026' }))).toEqual({
      taskId: 'photos-2026',
      source: { bucket: 'photos', region: 'oss-cn-hangzhou', prefix: '' },
      target: {
        bucket: 'photos-1250000000',
        region: 'ap-guangzhou',
        prefix: '',
        stripPrefix: false,
        storageClass: 'keep',
      },
      conflict: 'overwrite',
      filter: {},
      headers: { mode: 'keep', provenance: false, onIllegal: 'fail' },
      limits: {},
      state: { bucket: 'photos-1250000000', prefix: '.oss2cos/' },
    });
  });

  it('has its sizes in bytes', () => {
    const { filter, limits } = parseTask(FULL);
    const { bytesPerSecond } = limitsAt(limits, 0);
    expect([filter.minBytes, filter.maxBytes, bytesPerSecond]).toEqual([1_024, 9e9, 104_857_600]);
  });

  it('is read from its own JSON as the very same task', () => {
    for (const task of [sampleTask(), parseTask(writtenTask()), parseTask(FULL)]) {
      const again = parseTask(JSON.parse(JSON.stringify(task)));
      expect(again).toEqual(task);
      expect(taskDigest(again)).toBe(taskDigest(task));
    }
  });
});

describe('the id of a task', () => {
  it('is the same for the same task, whatever the order of its properties', () => {
    const reversed = Object.fromEntries(Object.entries(FULL).toReversed());
    expect(parseTask(reversed).taskId).toBe(parseTask(FULL).taskId);
    expect(taskDigest(parseTask(reversed))).toBe(taskDigest(parseTask(FULL)));
  });

  it('stays the one that was given out before', () => {
    expect(parseTask(writtenTask()).taskId).toBe('photos-72ef9c00e5d4');
  });

  it('is legal for the longest bucket names', () => {
    const { taskId } = parseTask(writtenTask({ source: { bucket: `a${'-'.repeat(61)}z` } }));
    expect(taskId).toMatch(TASK_ID);
  });

  it('differs for tasks that ask for something else, and the digest does not know the id', () => {
    const digests = [{}, { conflict: 'skip' }, { target: { prefix: 'a/' } }, { filter: { minBytes: 1 } }].map(
      (parts) => taskDigest(sampleTask(parts)),
    );
    expect(new Set(digests).size).toBe(4);
    expect(taskDigest(sampleTask({ taskId: 'other' }) as Omit<Task, 'taskId'>)).toBe(digests[0]);
  });
});

describe('the mistakes of a task', () => {
  it('are listed all at once, each with its place', () => {
    const mistakes = mistakesOf({
      taskId: 'Photos',
      source: { bucket: 'x', region: 'cn-hangzhou', endpoint: 'http://host/path', manifest: 'logs/key' },
      target: { bucket: 'photos', region: 'guangzhou', storageClass: 'COLD' },
      conflict: 'ask',
      filter: { minBytes: '1 EiB', modifiedAfter: 'yesterday', include: [''] },
      headers: { mode: 'none', onIllegal: 'warn' },
      limits: { requestsPerSecond: 0 },
      state: { prefix: 'no-slash' },
    });
    expect(mistakes.map((mistake) => mistake.slice(0, mistake.indexOf(':')))).toEqual([
      'taskId',
      'source.bucket',
      'source.region',
      'source.endpoint',
      'source.manifest',
      'target.bucket',
      'target.region',
      'target.storageClass',
      'conflict',
      'filter.modifiedAfter',
      'filter.include.0',
      'filter.minBytes',
      'headers.mode',
      'headers.onIllegal',
      'limits.requestsPerSecond',
      'state.prefix',
    ]);
  });

  it.each([
    '/',
    '/state/',
    '\\state/',
    '../',
    './',
    'a/../',
    'a//',
    'esc\u001b/',
    '\ud800/',
    `${'k'.repeat(512)}/`,
  ])('tell of a state prefix that COS or somebody on the way takes for another one: %j', (prefix) => {
    const [mistake, ...others] = mistakesOf(writtenTask({ state: { prefix } }));
    expect([mistake, others]).toEqual([expect.stringMatching(/^state\.prefix: is no prefix/), []]);
  });

  it.each(['.../', 'a b/', '%2e%2e/', '..a/', 'a./', '日/'])('take %j for a state prefix', (prefix) => {
    expect(mistakesOf(writtenTask({ state: { prefix } }))).toEqual([]);
  });

  it('tell of a target that lies among the state objects, unless those have a bucket of their own', () => {
    const target = { prefix: '.oss2cos/photos/' };
    expect(mistakesOf(writtenTask({ target }))).toEqual([expect.stringMatching(/^target\.prefix: lies in/)]);
    expect(mistakesOf(writtenTask({ target, state: { bucket: 'logs-1250000000' } }))).toEqual([]);
    expect(mistakesOf(writtenTask({ state: { bucket: 'elsewhere.example/logs' } }))).toHaveLength(1);
  });

  it('include every property that a task does not have', () => {
    const input = { ...writtenTask({ source: { secret: 'x', key: 'y' } }), dryRun: true };
    expect(mistakesOf(input)).toEqual([
      'source.secret: is not a property of a task',
      'source.key: is not a property of a task',
      'dryRun: is not a property of a task',
    ]);
  });

  it('include what no single field can know, all at once', () => {
    const mistakes = mistakesOf(
      writtenTask({
        target: { stripPrefix: true },
        filter: {
          minBytes: 2,
          maxBytes: '1B',
          modifiedAfter: '2024-01-01T08:00:00+08:00',
          modifiedBefore: '2024-01-01T00:00:00Z',
        },
        headers: { set: { Host: 'x', 'x-cos-meta-a_b': 'y', 'X-Cos-Meta-Ok': 'z' } },
      }),
    );
    expect(mistakes.map((mistake) => mistake.slice(0, mistake.indexOf(':')))).toEqual([
      'target.stripPrefix',
      'headers.set',
      'headers.set.Host',
      'headers.set.x-cos-meta-a_b',
      'filter',
      'filter',
    ]);
    expect(mistakesOf(writtenTask({ headers: { mode: 'replace' } }))).toEqual([
      'headers.set: is needed with mode "replace"',
    ]);
  });

  it('include endpoints in the clear that are not allowed by name, of both sides at once', () => {
    const task = (allowHttp?: readonly string[]) =>
      writtenTask({
        source: { endpoint: 'http://10.0.0.5' },
        target: { endpoint: 'http://COS-internal.example:81' },
        conflict: 'never',
        ...(allowHttp === undefined ? {} : { allowHttp }),
      });
    const places = (allowHttp?: readonly string[]) =>
      mistakesOf(task(allowHttp)).map((mistake) => mistake.slice(0, mistake.indexOf(':')));
    expect(places()).toEqual(['conflict', 'source.endpoint', 'target.endpoint']);
    expect(places(['10.0.0.5'])).toEqual(['conflict', 'target.endpoint']);
    expect(places(['10.0.0.5', 'cos-internal.EXAMPLE'])).toEqual(['conflict']);
    expect(places(['example'])).toEqual(['conflict', 'source.endpoint', 'target.endpoint']);
    expect(places(['http://10.0.0.5'])).toContain('allowHttp.0');
  });

  it('include a limit of nothing a second, which would never end', () => {
    for (const limits of [{ bytesPerSecond: 0 }, { bytesPerSecond: '0 MiB' }, { requestsPerSecond: 0 }])
      expect(mistakesOf(writtenTask({ limits }))).toHaveLength(1);
  });

  it('include sizes beyond what a number can count', () => {
    for (const minBytes of ['9'.repeat(400), '99999999P', 2 ** 60])
      expect(mistakesOf(writtenTask({ filter: { minBytes } }))).toHaveLength(1);
  });

  it('include header values that would not stay one header', () => {
    for (const value of ['a\r\nx-injected: b', 'a\u0000b', '中文']) {
      const headers = { mode: 'replace', set: { 'content-type': value } };
      expect(mistakesOf(writtenTask({ headers }))).toHaveLength(1);
    }
  });

  it('are told of what is no object at all', () => {
    for (const input of [undefined, null, 'task', 7, []]) expect(mistakesOf(input)).not.toEqual([]);
  });
});
