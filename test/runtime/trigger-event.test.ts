import { describe, expect, it } from 'vitest';
import { isTriggerEvent, messagesOf, partitionsOf, triggerEvent } from '../../lib/runtime/trigger-event.ts';
import { EventList } from '../support/logged.ts';

describe('the event of a trigger', () => {
  it('is told from a task, a timer and nothing', () => {
    expect(isTriggerEvent({ Records: [] })).toBe(true);
    for (const event of [undefined, null, 'Records', {}, { Records: 1 }, { Type: 'Timer' }, { source: {} }])
      expect(isTriggerEvent(event)).toBe(false);
  });

  it('made in one process is read as its messages', () => {
    const log = new EventList();
    const body = { taskId: 'a', rangeId: 'r' };
    const event = triggerEvent('ranges', [{ key: 'k', body: JSON.stringify(body) }]);
    expect(messagesOf('ranges', event, log)).toEqual([body]);
    expect(log.events).toEqual([]);
  });

  it('names the partitions it comes from, in either of the two spellings, each once', () => {
    const Records = [
      { Ckafka: { Partition: 7, partition: 7 } },
      { Ckafka: { partition: 0 } },
      { Ckafka: { Partition: 7 } },
      { Ckafka: { partition: '3' } },
      { Ckafka: {} },
      null,
    ];
    expect(partitionsOf({ Records })).toEqual([0, 7]);
  });

  it('with records that cannot be read yields the others, in order, and logs each', () => {
    const log = new EventList();
    const record = (msgBody: unknown) => ({ Ckafka: { topic: 'ranges', msgKey: 'None', msgBody } });
    const good = (rangeId: string) => record(JSON.stringify({ taskId: 'a', rangeId }));
    const Records = [good('1'), null, 7, {}, record(undefined), record('x'), record('{}'), good('2')];
    expect(messagesOf('ranges', { Records }, log).map(({ rangeId }) => rangeId)).toEqual(['1', '2']);
    expect(log.events.map(({ level, event }) => [level, event])).toEqual(
      Array.from({ length: 6 }, () => ['error', 'message dropped']),
    );
  });
});
