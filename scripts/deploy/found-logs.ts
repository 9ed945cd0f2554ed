/** The logset and log topic of the stack, by name. */
import type { Cloud } from './cloud.ts';
import { type Names, TAG } from './names.ts';

export interface FoundLogs {
  readonly logset?:
    { readonly id: string; readonly isOurs: boolean; readonly topicCount: number } | undefined;
  readonly topic?:
    | {
        readonly id: string;
        readonly isOurs: boolean;
        readonly retentionDays: number;
        readonly isIndexed: boolean;
      }
    | undefined;
}

/** Names match exactly, not as patterns. */
const PRECISE = 3;

export async function findLogs(cloud: Cloud, { stack }: Names): Promise<FoundLogs> {
  const { Logsets: sets = [] } = await cloud.call('cls', 'DescribeLogsets', {
    Filters: [{ Key: 'logsetName', Values: [stack] }],
  });
  const logset = sets.find((candidate) => candidate.LogsetName === stack);
  if (logset?.LogsetId === undefined) return {};
  const id = logset.LogsetId;
  const { Topics: topics = [] } = await cloud.call('cls', 'DescribeTopics', {
    Filters: [
      { Key: 'logsetId', Values: [id] },
      { Key: 'topicName', Values: [stack] },
    ],
    PreciseSearch: PRECISE,
  });
  const topic = topics.find((candidate) => candidate.TopicName === stack && candidate.LogsetId === id);
  return {
    logset: { id, isOurs: isTagged(logset.Tags, stack), topicCount: logset.TopicCount ?? topics.length },
    topic: topic && {
      id: topic.TopicId ?? '',
      isOurs: isTagged(topic.Tags, stack),
      retentionDays: topic.Period ?? 0,
      isIndexed: topic.Index ?? false,
    },
  };
}

export function isTagged(
  tags: readonly { readonly Key?: string; readonly Value?: string }[] | null | undefined,
  stack: string,
): boolean {
  return (tags ?? []).some((tag) => tag.Key === TAG && tag.Value === stack);
}
