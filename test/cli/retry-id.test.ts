import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TASK_ID } from '../../lib/core/task-shape.ts';
import { retryIdAfter } from '../../lib/runtime/cli/retry-id.ts';

it('retries are numbered from 1, also those of a retry', () => {
  expect(retryIdAfter('photos')).toBe('photos-retry-1');
  expect(retryIdAfter('photos-retry-1')).toBe('photos-retry-2');
  expect(retryIdAfter('photos-retry-9')).toBe('photos-retry-10');
});

it('what only looks like a retry is a task', () => {
  expect(retryIdAfter('photos-retry-0')).toBe('photos-retry-0-retry-1');
  expect(retryIdAfter('photos-retry-')).toBe('photos-retry--retry-1');
  expect(retryIdAfter('retry-1')).toBe('retry-1-retry-1');
});

it('every id is followed by another id, which never comes back', () => {
  fc.assert(
    fc.property(fc.stringMatching(TASK_ID), (first) => {
      const seen = new Set([first]);
      let id = first;
      for (let times = 0; times < 12; times++) {
        id = retryIdAfter(id);
        expect(id).toMatch(TASK_ID);
        expect(seen).not.toContain(id);
        seen.add(id);
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});
