/** The memory queue keeps the port's contract, and lets a simulation choose. */
import { expect, it } from 'vitest';
import { MemoryQueue } from '../../lib/adapters/memory/queue.ts';
import { fakeTimeHarness } from '../ports/queue.harness.ts';
import { describeQueue } from '../ports/queue.suite.ts';
import { messagesOf } from '../support/consumer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { EventList } from '../support/logged.ts';

describeQueue('memory', () =>
  fakeTimeHarness((clock) => {
    const queue = new MemoryQueue({ clock, handlerErrorLog: new EventList() });
    return Promise.resolve({ queues: [queue, queue], close: () => Promise.resolve() });
  }),
);

it('gives away whichever pending message is asked for, once', async () => {
  const queue = new MemoryQueue({ clock: new FakeClock(), handlerErrorLog: new EventList() });
  await queue.send('ranges', messagesOf('0', '1', '2'));
  expect(queue.take('ranges', 1)?.body).toBe('1');
  expect(queue.take('ranges')?.body).toBe('0');
  expect(queue.pending('ranges')).toEqual(messagesOf('2'));
  expect(queue.take('ranges', 1)).toBeUndefined();
  expect(queue.take('segments')).toBeUndefined();
});
