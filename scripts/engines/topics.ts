/** Makes topics on a broker, and waits until they serve: a leader may be named before it does. */
import { setTimeout } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';

const LOOK_EVERY_MS = 50;
const SERVED_MS_MAX = 30_000;

/** One replica each: the broker is one. A topic that is there stays as it is. */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: topics.map((topic) => ({ ...topic, replicationFactor: 1 })),
  });
  for (const { topic } of topics) await served(admin, topic);
}

async function served(admin: Admin, topic: string): Promise<void> {
  const untilMs = performance.now() + SERVED_MS_MAX;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await setTimeout(LOOK_EVERY_MS);
    }
  }
}
