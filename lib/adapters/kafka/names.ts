/** What the topics and consumer groups are called: the deployment creates them, queue and triggers use them. */
import type { Topic } from '../../core/messages.ts';

/** Who listens to a topic. */
const LISTENERS = { ranges: 'planner', segments: 'copy', results: 'reporter' } as const satisfies Record<
  Topic,
  string
>;

export function topicName(prefix: string, topic: Topic): string {
  return `${prefix}${topic}`;
}

/** One group a topic, so that a worker's consumers and a function's trigger share the work. */
export function groupName(prefix: string, topic: Topic): string {
  return `${prefix}${LISTENERS[topic]}`;
}
