import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences, targetKeys } from '../support/compare.ts';
import { type Migration, openMigration, SOURCE, TARGET } from '../support/migration.ts';

const EARLY = new Date('2025-01-01T00:00:00Z');
const LATE = new Date('2026-01-01T00:00:00Z');

let m: Migration;
beforeEach(async () => {
  m = await openMigration();
  for (const key of ['same', 'other', 'older', 'newer', 'alone']) {
    await m.oss.seed(SOURCE, {
      key,
      body: `${key} of the source`,
      lastModified: key === 'newer' ? LATE : EARLY,
    });
  }
  await m.cos.seed(TARGET, {
    key: 'same',
    body: 'same of the source',
    headers: { 'content-type': 'text/kept' },
    lastModified: LATE,
  });
  await m.cos.seed(TARGET, { key: 'other', body: 'other of the target', lastModified: LATE });
  await m.cos.seed(TARGET, { key: 'older', body: 'older of the target', lastModified: LATE });
  await m.cos.seed(TARGET, { key: 'newer', body: 'newer of the target', lastModified: EARLY });
  await m.cos.seed(TARGET, { key: 'bystander', body: 'not ours' });
});
afterEach(async () => {
  await m.close();
});

async function bodyOf(key: string): Promise<string> {
  const object = m.cos.store(TARGET).get(key);
  const chunks: Buffer[] = [];
  for await (const chunk of object?.body.read(0, object.size) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an object that is in the target already', () => {
  it('is overwritten by default', async () => {
    const task = m.task();
    expect(await m.run(task)).toMatchObject({ objects: { copied: 5, skipped: 0 } });
    expect(await differences(m, task)).toEqual([]);
    expect(await bodyOf('bystander')).toBe('not ours');
  });

  it('is kept by skip, whatever its age and content', async () => {
    expect(await m.run(m.task({ conflict: 'skip' }))).toMatchObject({
      status: 'succeeded',
      objects: { copied: 1, skipped: 4 },
    });
    expect(await bodyOf('newer')).toBe('newer of the target');
    expect(await bodyOf('alone')).toBe('alone of the source');
  });

  it('is overwritten by newer only where the source is as new', async () => {
    expect(await m.run(m.task({ conflict: 'newer' }))).toMatchObject({ objects: { copied: 2, skipped: 3 } });
    expect(await bodyOf('newer')).toBe('newer of the source');
    expect(await bodyOf('older')).toBe('older of the target');
  });

  it('is overwritten by changed unless size and CRC-64 are equal, with HEADs for pairs of equal size alone', async () => {
    m.oss.resetCounts();
    m.cos.resetCounts();
    expect(await m.run(m.task({ conflict: 'changed' }))).toMatchObject({
      objects: { copied: 4, skipped: 1 },
    });
    expect(m.cos.store(TARGET).get('same')?.headers['content-type']).toBe('text/kept');
    expect(m.cos.requests.get('HeadObject')).toBe(4);
  });
});

it('a second pass with changed and provenance asks the target alone, and moves nothing', async () => {
  const headers = { provenance: true };
  await m.run(m.task({ taskId: 'first', headers }));
  m.oss.resetCounts();
  m.cos.resetCounts();
  const second = await m.run(m.task({ taskId: 'second', conflict: 'changed', headers }));
  expect(second).toMatchObject({ objects: { copied: 0, skipped: 5 } });
  expect(m.oss.requests.get('GetObject')).toBeUndefined();
  expect(m.oss.requests.get('HeadObject')).toBe(1); // preflight
  expect(m.cos.requests.get('HeadObject')).toBe(5);
});

it('an object that appears in the target between listing and PUT is kept by skip', async () => {
  m.cos.faults.add({
    when: { action: 'PutObject', key: 'alone' },
    times: 1,
    fault: { kind: 'status', status: 409, code: 'FileAlreadyExists' },
  });
  expect(await m.run(m.task({ conflict: 'skip' }))).toMatchObject({ objects: { copied: 0, skipped: 5 } });
});

it('an own write whose answer was lost counts as copied under skip', async () => {
  m.cos.faults.add({ when: { action: 'PutObject', key: 'alone' }, times: 1, fault: { kind: 'resetAfter' } });
  expect(await m.run(m.task({ conflict: 'skip' }))).toMatchObject({ objects: { copied: 1, skipped: 4 } });
});

it('an error while listing the target stops the range instead of overwriting', async () => {
  m.cos.faults.add({
    when: { action: 'GetBucket', nth: 3 },
    fault: { kind: 'status', status: 503, code: 'SlowDown' },
  });
  expect(await m.run(m.task({ conflict: 'skip' }))).toMatchObject({ objects: { copied: 1, skipped: 4 } });
  expect(targetKeys(m)).toHaveLength(6);
});

it('warns where versioning makes COS ignore the guard of skip', async () => {
  const versioned = await openMigration({ versioning: 'Suspended' });
  const warnings: string[] = [];
  await versioned.run(versioned.task({ conflict: 'skip' }), { onWarning: (text) => warnings.push(text) });
  await versioned.close();
  expect(warnings.join()).toMatch(/versioning/);
});
