import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { startKafka } from '../../scripts/engines/kafka.ts';
import { eventually, functionOf, openRuntime } from '../standins/cloud/run/harness.ts';
import { handled, OK, triggerOf } from '../standins/cloud/run/trigger-harness.ts';

test('a trigger outlives its broker: it goes on when the broker is back, behind what was handled', async () => {
  const kafka = await startKafka();
  onTestFinished(() => kafka.stop());
  const { brokers } = kafka;
  const send = async (value: string) => {
    const retry = { initialRetryTime: 100, retries: 20 };
    const client = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry });
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: 'work', messages: [{ value }] });
    await producer.disconnect();
  };
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'work', numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
  const { runtime, invocations } = openRuntime({ brokers, timing: { sessionMs: 6_000 } });
  await runtime.setTriggers(functionOf(OK), [triggerOf('work')]);
  await send('before');
  await eventually(() => handled(invocations).length === 1);
  await kafka.kill();
  const downAtMs = Date.now();
  await eventually(() => Date.now() - downAtMs > 8_000);
  await kafka.revive();
  await send('after');
  await eventually(() => handled(invocations).includes('after'), 60_000);
  expect(handled(invocations)).toEqual(['before', 'after']);
});
