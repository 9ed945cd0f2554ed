/** A process that takes messages and never ends with them: prints each body, and waits to be killed. */
import { openQuick } from './kafka-harness.ts';

async function main(brokers: string, prefix: string): Promise<void> {
  const queue = await openQuick(brokers, prefix);
  const forEver = () => new Promise<void>(() => undefined);
  const { signal } = new AbortController();
  await queue.consume(
    'segments',
    { batchMax: 10, inFlightMax: 1 },
    (messages) => {
      for (const { body } of messages) process.stdout.write(`${body}\n`);
      return forEver();
    },
    signal,
  );
}

void main(process.argv[2] ?? '', process.argv[3] ?? '');
