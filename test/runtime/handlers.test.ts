import { describe, expect, it } from 'vitest';
import { StoreError } from '../../lib/core/errors.ts';
import { copyHandler, plannerHandler, reporterHandler } from '../../lib/runtime/handlers.ts';
import { deadlineOf, type InvocationContext } from '../../lib/runtime/invocation.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { writtenTask } from '../support/sample-task.ts';
import { begin, CALM, fill, openWorkshop, plantSegment, taken, type Workshop } from '../support/workshop.ts';

const CONTEXT: InvocationContext = { request_id: 'q', function_name: 'f', time_limit_in_ms: 900_000 };

function handlersOf({ ports, log }: Workshop) {
  const compose = () => ({ ports, signal: CALM });
  return {
    planner: plannerHandler(compose, log),
    copy: copyHandler(compose, log),
    reporter: reporterHandler(compose, log),
  };
}

/** As the trigger sends them, in either of the two spellings that are seen. */
function batch(...bodies: readonly unknown[]) {
  const Records = bodies.map((body, offset) => ({
    Ckafka: {
      topic: 't',
      [offset % 2 === 0 ? 'Partition' : 'partition']: 0,
      offset,
      msgKey: 'None',
      msgBody: typeof body === 'string' ? body : JSON.stringify(body),
    },
  }));
  return { Records };
}

describe('a batch of messages', () => {
  it('is worked off whatever the spelling of its records, past those that cannot be read', async () => {
    const shop = openWorkshop();
    await begin(shop);
    const [a, b] = [fill(shop, ['a']), fill(shop, ['b'])];
    const first = await plantSegment(shop, 'r/0000000-a', a, false);
    const second = await plantSegment(shop, 'r/0000001-b', b);
    const { Records } = batch(first, '{', { ...second, count: -1 }, second);
    await handlersOf(shop).copy({ Records: [null, { Cmq: {} }, ...Records] }, CONTEXT);
    expect([...shop.sink.objects.keys()]).toEqual(['a', 'b']);
    const dropped = shop.log.events.filter(({ event }) => event === 'message dropped');
    expect(dropped.map(({ fields }) => fields.topic)).toEqual([
      'segments',
      'segments',
      'segments',
      'segments',
    ]);
  });

  it('that fails is left to the trigger, and the log tells why', async () => {
    const down = new StoreError('HTTP 503', { code: 'unavailable', operation: 'GetObject' });
    const shop = openWorkshop({
      state: (store) => Object.assign(store, { get: () => Promise.reject(down) }),
    });
    const message = { taskId: 'sample', state: shop.state.location, segmentId: 'r/1-a', count: 1 };
    await expect(handlersOf(shop).copy(batch(message), CONTEXT)).rejects.toBe(down);
    expect(shop.log.events).toEqual([
      {
        level: 'error',
        event: 'invocation failed',
        fields: { function: 'f', requestId: 'q', problem: 'HTTP 503' },
      },
    ]);
  });
});

describe('a direct invocation', () => {
  it('of the planner starts the task and tells where its report will be', async () => {
    const shop = openWorkshop();
    const answer = await handlersOf(shop).planner(writtenTask({ taskId: 'sample' }), CONTEXT);
    expect(answer).toMatchObject({
      taskId: 'sample',
      created: true,
      state: 'running',
      report: 'cos://photos-1250000000/.oss2cos/sample/report.json',
    });
    expect(taken(shop, 'ranges')).toHaveLength(1);
    expect(await handlersOf(shop).planner(writtenTask({ taskId: 'sample' }), CONTEXT)).toMatchObject({
      created: false,
    });
  });

  it('of the planner with mistakes answers all of them', async () => {
    const answer = await handlersOf(openWorkshop()).planner({ conflict: 'ask' }, CONTEXT);
    const { mistakes } = answer as { readonly mistakes: readonly string[] };
    expect(mistakes.map((text) => text.slice(0, text.indexOf(':')))).toEqual([
      'source',
      'target',
      'conflict',
    ]);
  });

  it('of the copy function is refused', async () => {
    await expect(handlersOf(openWorkshop()).copy({}, CONTEXT)).rejects.toThrow(TypeError);
  });
});

describe('the timer', () => {
  it('has every unfinished task looked at, also behind one that is in trouble', async () => {
    const shop = openWorkshop();
    await begin(shop);
    const row = (await shop.table.task('sample'))!;
    const troubled = { ...row.task, taskId: 'a' };
    await shop.table.createTask({ ...row, taskId: 'a', task: troubled, nowMs: 1, rangeId: 'r', after: '' });
    await shop.objects.put('.oss2cos/a/control.json', 'paused', { contentType: 'x' }, CALM);
    await handlersOf(shop)
      .reporter({ Type: 'Timer' }, CONTEXT)
      .catch(() => undefined);
    expect((await shop.state.readReport(CALM))?.status).toBe('planning');
  });
});

describe('the deadline of an invocation', () => {
  const deadline = (time_limit_in_ms: number) =>
    deadlineOf({ ...CONTEXT, time_limit_in_ms }, new FakeClock(0));

  it('is 240 s away at most, else the limit less a margin, and never in one process', () => {
    expect([900_000, 245_000, 244_999, 60_000, Infinity].map(deadline)).toEqual([
      240_000,
      240_000,
      239_999,
      55_000,
      Infinity,
    ]);
  });
});
