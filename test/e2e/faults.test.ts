import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, failedLines, targetKeys } from '../support/compare.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';
import { generatedBody } from '../standins/kernel/object.ts';
import type { FaultRule } from '../standins/kernel/faults.ts';

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
  for (const key of ['a', 'b', 'c']) await m.oss.seed(SOURCE, { key, body: key.repeat(10_000) });
});
afterEach(async () => {
  await m.close();
});

const once: [string, 'oss' | 'cos', FaultRule][] = [
  [
    'a busy source',
    'oss',
    {
      when: { action: 'GetObject', key: 'b' },
      times: 2,
      fault: { kind: 'status', status: 503, code: 'ServiceUnavailable' },
    },
  ],
  [
    'a source that breaks the connection',
    'oss',
    { when: { action: 'GetObject', key: 'b' }, times: 1, fault: { kind: 'reset' } },
  ],
  [
    'a source that stops in the middle of a body',
    'oss',
    { when: { action: 'GetObject', key: 'b' }, times: 1, fault: { kind: 'truncate', afterBytes: 500 } },
  ],
  [
    'a byte flipped on the way from the source',
    'oss',
    { when: { action: 'GetObject', key: 'b' }, times: 1, fault: { kind: 'corrupt', atByte: 77 } },
  ],
  [
    'a byte flipped on the way to the target',
    'cos',
    { when: { action: 'PutObject', key: 'b' }, times: 1, fault: { kind: 'corrupt', atByte: 77 } },
  ],
  [
    'a busy target',
    'cos',
    {
      when: { action: 'PutObject', key: 'b' },
      times: 2,
      fault: { kind: 'status', status: 503, code: 'SlowDown' },
    },
  ],
  [
    'a lost answer to a PUT',
    'cos',
    { when: { action: 'PutObject', key: 'b' }, times: 1, fault: { kind: 'resetAfter' } },
  ],
  [
    'an internal error after a PUT',
    'cos',
    {
      when: { action: 'PutObject', key: 'b' },
      times: 1,
      fault: { kind: 'statusAfter', status: 500, code: 'InternalError' },
    },
  ],
  [
    'a listing that fails',
    'oss',
    {
      when: { action: 'ListObjects', nth: 2 },
      fault: { kind: 'status', status: 500, code: 'InternalError' },
    },
  ],
  [
    'a manifest that is not written at first',
    'cos',
    { when: { action: 'PutObject', key: /segments/ }, times: 1, fault: { kind: 'reset' } },
  ],
  [
    'a result whose answer is lost',
    'cos',
    { when: { action: 'PutObject', key: /results/ }, times: 1, fault: { kind: 'resetAfter' } },
  ],
];

describe('is tried again and arrives whole', () => {
  it.each(once)('%s', async (_, side, rule) => {
    const planned = m[side].faults.add(rule);
    const task = m.task();
    expect(await m.run(task)).toMatchObject({ status: 'succeeded', objects: { copied: 3 } });
    expect(planned.fired).toBeGreaterThan(0);
    expect(await differences(m, task)).toEqual([]);
  });
});

const forGood: [string, 'oss' | 'cos', FaultRule, string][] = [
  [
    'a key that may not read',
    'oss',
    { when: { action: 'GetObject', key: 'b' }, fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
    'ACCESS_DENIED',
  ],
  [
    'a key that may not write',
    'cos',
    { when: { action: 'PutObject', key: 'b' }, fault: { kind: 'status', status: 403, code: 'AccessDenied' } },
    'ACCESS_DENIED',
  ],
  [
    'an object that is gone',
    'oss',
    { when: { action: 'GetObject', key: 'b' }, fault: { kind: 'status', status: 404, code: 'NoSuchKey' } },
    'SOURCE_GONE',
  ],
  [
    'an object that was overwritten',
    'oss',
    {
      when: { action: 'GetObject', key: 'b' },
      fault: { kind: 'status', status: 412, code: 'PreconditionFailed' },
    },
    'SOURCE_CHANGED',
  ],
];

describe('fails that object alone', () => {
  it.each(forGood)('%s', async (_, side, rule, code) => {
    m[side].faults.add(rule);
    const task = m.task();
    expect(await m.run(task)).toMatchObject({
      status: 'completed_with_failures',
      objects: { copied: 2, failed: 1 },
    });
    expect((await failedLines(m, task.taskId)).map(({ key, error }) => [key, error.code])).toEqual([
      ['b', code],
    ]);
    expect(targetKeys(m)).toEqual(['a', 'c']);
  });
});

it('a part that fails for good aborts the upload and leaves nothing', async () => {
  await m.oss.seed(SOURCE, { key: 'large', body: generatedBody(1, 70 * 1024 * 1024) });
  m.cos.faults.add({
    when: { action: 'UploadPart', key: 'large', nth: 5 },
    times: 1,
    fault: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  const report = await m.run(m.task());
  expect(report).toMatchObject({ objects: { copied: 3, failed: 1 } });
  expect(m.cos.uploads(TARGET)).toEqual([]);
  expect(targetKeys(m)).not.toContain('large');
});

it('a Complete whose answer is lost, or that fails inside a 200, ends as one whole object', async () => {
  await m.oss.seed(SOURCE, { key: 'large', body: generatedBody(1, 66 * 1024 * 1024) });
  m.cos.faults.add({ when: { action: 'CompleteMultipartUpload', nth: 1 }, fault: { kind: 'resetAfter' } });
  const task = m.task();
  expect(await m.run(task)).toMatchObject({ status: 'succeeded', objects: { copied: 4 } });
  expect(await differences(m, task)).toEqual([]);
});

it('preflight names every missing right at once, and copies nothing', async () => {
  m.oss.faults.add({
    when: { action: 'ListObjects' },
    fault: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  m.cos.faults.add({
    when: { action: 'InitiateMultipartUpload' },
    fault: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  m.cos.faults.add({
    when: { action: 'GetBucketVersioning' },
    fault: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  await expect(m.run(m.task())).rejects.toThrow(
    /oss:ListObjects[^]*cos:InitiateMultipartUpload[^]*cos:GetBucketVersioning/,
  );
  expect(targetKeys(m)).toEqual([]);
});
