import { describe, expect, it } from 'vitest';
import { parseControl } from '../../lib/core/control.ts';
import { UserError } from '../../lib/core/errors.ts';
import { cosUrl, parseCosUrl, segmentIdOf, stateKeys, taskPrefix } from '../../lib/core/layout.ts';
import { parseMessage, type ResultMessage, type SegmentMessage } from '../../lib/core/messages.ts';
import { NO_TALLY } from '../../lib/core/slices.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

const segment: SegmentMessage = {
  taskId: 'photos-2026',
  state: { bucket: 'b-1250000000', region: 'ap-guangzhou', prefix: '.oss2cos/photos-2026/' },
  segmentId: 'r/0000000-u',
  count: 7,
  stalled: 2,
};

const result: ResultMessage = {
  taskId: 'photos-2026',
  segmentId: 'r/0000000-u',
  slice: {
    name: '0-7-u.json',
    from: 0,
    to: 7,
    tally: { ...NO_TALLY, failed: { objects: 7, bytes: 7 } },
    failures: {
      KEY_ILLEGAL: { objects: 7, samples: NASTY_KEYS.slice(0, 5).map((key) => ({ key, message: 'no' })) },
    },
  },
};

function mistakesOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.mistakes.map((text) => text.slice(0, text.indexOf(':')));
    throw error;
  }
  throw new Error('it was taken');
}

describe('a message', () => {
  it('arrives as it was sent', () => {
    expect(parseMessage('segments', JSON.stringify(segment))).toEqual(segment);
    expect(parseMessage('results', JSON.stringify(result))).toEqual(result);
    const range = { taskId: 'a', rangeId: 'r' };
    expect(parseMessage('ranges', JSON.stringify(range))).toEqual(range);
  });

  it('about a segment has not stalled where it does not say so', () => {
    const { stalled: _, ...fresh } = segment;
    expect(parseMessage('segments', JSON.stringify(fresh)).stalled).toBe(0);
  });

  it('may tell what was used of limits, and nothing that is impossible', () => {
    const use = { unique: 'u', partitions: [0, 3], partitionsAll: 4, bytes: { part: 0.25, isHeld: true } };
    const { slice: _, ...rest } = result;
    expect(parseMessage('results', JSON.stringify({ ...rest, use }))).toEqual({ ...rest, use });
    for (const bad of [
      { partitions: [] },
      { partitions: [-1] },
      { bytes: { part: -1, isHeld: true } },
      { x: 1 },
    ])
      expect(() => parseMessage('results', JSON.stringify({ ...rest, use: { ...use, ...bad } }))).toThrow(
        UserError,
      );
  });

  it('that is malformed is refused with all its mistakes', () => {
    const bad = { ...segment, taskId: '../x', count: -1, state: { bucket: 1, region: 'r', prefix: 'p' } };
    expect(mistakesOf(() => parseMessage('segments', JSON.stringify(bad)))).toEqual([
      'taskId',
      'state.bucket',
      'count',
    ]);
    expect(() => parseMessage('results', '{')).toThrow('a message on topic results is not JSON');
  });

  it('of one topic is none of another', () => {
    expect(() => parseMessage('ranges', JSON.stringify(segment))).toThrow(UserError);
    expect(() => parseMessage('results', JSON.stringify(segment))).toThrow(UserError);
    expect(() => parseMessage('segments', JSON.stringify(result))).toThrow(UserError);
  });

  it('with a failure class that does not exist is refused', () => {
    const slice = { ...result.slice, failures: { NOVEL: { objects: 1, samples: [] } } };
    expect(() => parseMessage('results', JSON.stringify({ ...result, slice }))).toThrow(UserError);
  });
});

describe('the control object', () => {
  it('tells a state, and limits where there are any', () => {
    const control = { state: 'paused', limits: { requestsPerSecond: 3.5 } };
    expect(parseControl(JSON.stringify(control), 'cos://b/c')).toEqual(control);
    expect(parseControl('{"state":"running"}', 'cos://b/c')).toEqual({ state: 'running' });
  });

  it('is refused with its address and all its mistakes', () => {
    const bad = '{"state":"stop","limits":{"bytesPerSecond":0}}';
    expect(mistakesOf(() => parseControl(bad, 'cos://b/c'))).toEqual(['state', 'limits.bytesPerSecond']);
    expect(() => parseControl('paused', 'cos://b/c')).toThrow('cos://b/c is not JSON');
  });
});

describe('the layout of state objects', () => {
  it('lists the segments of a range in the order they were cut', () => {
    const ids = [0, 9, 10, 99_999, 100_000].map((seq) =>
      segmentIdOf({ rangeId: 'r', seq, unique: 'z' }, Buffer.from('manifest')),
    );
    expect(ids.toSorted()).toEqual(ids);
  });

  it('keeps all objects of a task under its own prefix, each under its own key', () => {
    const prefix = taskPrefix('.oss2cos/', 'photos');
    const { task, control, report, reportPage, failed, manifest, results, preflight } = stateKeys;
    const keys = [task, control, report, reportPage, failed].map((keyOf) => keyOf(prefix));
    keys.push(...[manifest, results, preflight].map((keyOf) => keyOf(prefix, 'r/1-u')));
    expect(keys.every((key) => key.startsWith('.oss2cos/photos/'))).toBe(true);
    expect(new Set(keys).size).toBe(8);
  });

  it('finds bucket and key in an address again, whatever the key', () => {
    for (const key of NASTY_KEYS) expect(parseCosUrl(cosUrl('b-1', key))).toEqual({ bucket: 'b-1', key });
  });
});
