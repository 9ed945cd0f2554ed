/** The policies are read by people who grant them: whole documents are compared, so that a change is seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { camPolicy, ramPolicy } from '../../lib/core/policy.ts';
import { parseTask } from '../../lib/core/task.ts';

const WRITES = [
  'name/cos:PutObject',
  'name/cos:InitiateMultipartUpload',
  'name/cos:UploadPart',
  'name/cos:CompleteMultipartUpload',
  'name/cos:AbortMultipartUpload',
];
const LIST_UPLOADS = 'name/cos:ListMultipartUploads';
const source = { bucket: 'photos', region: 'oss-cn-hangzhou' };
const target = { bucket: 'photos-1250000000', region: 'ap-guangzhou' };
const QCS = 'qcs::cos:ap-guangzhou:uid/1250000000:photos-1250000000/';

describe('a task that keeps headers and overwrites', () => {
  const task = parseTask({
    taskId: 'photos-2026',
    source: { ...source, prefix: '2024/' },
    target: { ...target, prefix: 'archive/' },
  });

  it('may list and read its prefix of the source, tags included', () => {
    expect(ramPolicy(task)).toEqual({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['oss:ListObjects'],
          Resource: ['acs:oss:*:*:photos'],
          Condition: { StringLike: { 'oss:Prefix': ['2024/*'] } },
        },
        {
          Effect: 'Allow',
          Action: ['oss:GetObject', 'oss:GetObjectTagging'],
          Resource: ['acs:oss:*:*:photos/2024/*'],
        },
      ],
    });
  });

  it('may write its target prefix and the state prefix', () => {
    expect(camPolicy(task)).toEqual({
      version: '2.0',
      statement: [
        {
          effect: 'allow',
          action: [
            ...WRITES,
            LIST_UPLOADS,
            'name/cos:PutObjectTagging',
            'name/cos:HeadObject',
            'name/cos:DeleteObject',
          ],
          resource: [`${QCS}archive/*`],
        },
        { effect: 'allow', action: ['name/cos:GetBucketVersioning', LIST_UPLOADS], resource: [QCS] },
        { effect: 'allow', action: ['name/cos:GetBucket'], resource: [QCS] },
        {
          effect: 'allow',
          action: [...WRITES, 'name/cos:GetObject', 'name/cos:DeleteObject'],
          resource: [`${QCS}.oss2cos/*`],
        },
      ],
    });
  });
});

describe('a task over a key list that drops headers, with its state elsewhere', () => {
  const task = parseTask({
    taskId: 'retry',
    source: { ...source, manifest: 'cos://logs-1250000001/.oss2cos/photos/failed.jsonl' },
    target,
    conflict: 'changed',
    headers: { mode: 'drop' },
    state: { bucket: 'logs-1250000001', prefix: 'state/' },
  });

  it('may read the source, and neither list it nor see tags', () => {
    expect(ramPolicy(task)).toEqual({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:photos/*'] }],
    });
  });

  it('may list both buckets and read the one manifest', () => {
    const logs = 'qcs::cos:ap-guangzhou:uid/1250000001:logs-1250000001/';
    expect(camPolicy(task)).toEqual({
      version: '2.0',
      statement: [
        {
          effect: 'allow',
          action: [...WRITES, LIST_UPLOADS, 'name/cos:HeadObject', 'name/cos:DeleteObject'],
          resource: [`${QCS}*`],
        },
        { effect: 'allow', action: ['name/cos:GetBucketVersioning', LIST_UPLOADS], resource: [QCS] },
        { effect: 'allow', action: ['name/cos:GetBucket'], resource: [QCS, logs] },
        {
          effect: 'allow',
          action: [...WRITES, 'name/cos:GetObject', 'name/cos:DeleteObject'],
          resource: [`${logs}state/*`],
        },
        {
          effect: 'allow',
          action: ['name/cos:GetObject'],
          resource: [`${logs}.oss2cos/photos/failed.jsonl`],
        },
      ],
    });
  });
});

describe('a task over the whole bucket that skips', () => {
  const task = parseTask({
    taskId: 'all',
    source,
    target,
    conflict: 'skip',
    headers: { mode: 'replace', set: { 'content-type': 'text/plain' } },
  });

  it('lists the source without a condition, which an empty prefix could not meet', () => {
    expect(ramPolicy(task).Statement).toEqual([
      { Effect: 'Allow', Action: ['oss:ListObjects'], Resource: ['acs:oss:*:*:photos'] },
      { Effect: 'Allow', Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:photos/*'] },
    ]);
  });

  it('names a bucket once that is both target and state', () => {
    expect(camPolicy(task).statement).toContainEqual({
      effect: 'allow',
      action: ['name/cos:GetBucket'],
      resource: [QCS],
    });
  });
});

const tasks = fc
  .record({
    source: fc.record({ prefix: fc.string(), bucket: fc.constant('photos'), region: fc.constant('oss-x') }),
    target: fc.record({ prefix: fc.string(), ...fields(target) }),
    conflict: fc.constantFrom('overwrite', 'skip', 'newer', 'changed'),
    headers: fc.record({ mode: fc.constantFrom('keep', 'drop') }),
  })
  .map(parseTask);

function fields(constants: typeof target) {
  return { bucket: fc.constant(constants.bucket), region: fc.constant(constants.region) };
}

describe('any policy', () => {
  it('has no bare wildcard as action or resource', () => {
    fc.assert(
      fc.property(tasks, (task) => {
        const ram = ramPolicy(task).Statement.flatMap(({ Action, Resource }) => [...Action, ...Resource]);
        const cam = camPolicy(task).statement.flatMap(({ action, resource }) => [...action, ...resource]);
        for (const word of [...ram, ...cam]) {
          expect(word).not.toBe('*');
          expect(word).toMatch(
            /^(oss:|name\/cos:)[A-Za-z]+$|^acs:oss:\*:\*:photos|^qcs::cos:ap-guangzhou:uid/,
          );
        }
      }),
    );
  });

  it('lets nobody write the source', () => {
    fc.assert(
      fc.property(tasks, (task) => {
        const actions = ramPolicy(task).Statement.flatMap(({ Action }) => Action);
        expect(actions.filter((action) => !/^oss:(Get|List)/.test(action))).toEqual([]);
      }),
    );
  });

  it('writes nothing outside the target prefix and the state prefix', () => {
    fc.assert(
      fc.property(tasks, (task) => {
        const writes = camPolicy(task).statement.filter(({ action }) =>
          action.some((one) => !/:(Get|Head|List)/.test(one)),
        );
        const allowed = [`${QCS}${task.target.prefix}*`, `${QCS}.oss2cos/*`];
        expect(writes.flatMap(({ resource }) => resource)).toEqual(allowed);
      }),
    );
  });
});
