/** The topics of a CKafka instance that bear our prefix. */
import type { Cloud } from './cloud.ts';
import type { Names } from './names.ts';

export interface FoundTopic {
  readonly name: string;
  readonly isOurs: boolean;
  readonly partitions: number;
  readonly replicas: number;
  readonly retentionMs: number;
}

const PAGE = 50;

export async function findTopics(cloud: Cloud, names: Names, instanceId: string): Promise<FoundTopic[]> {
  const found: FoundTopic[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { Result: page } = await cloud.call('ckafka', 'DescribeTopicDetail', {
      InstanceId: instanceId,
      SearchWord: names.prefix,
      Offset: offset,
      Limit: PAGE,
    });
    const topics = page?.TopicList ?? [];
    for (const topic of topics)
      found.push({
        name: topic.TopicName ?? '',
        isOurs: topic.Note === names.mark,
        partitions: topic.PartitionNum ?? 0,
        replicas: topic.ReplicaNum ?? 0,
        retentionMs: topic.Config?.Retention ?? 0,
      });
    if (topics.length < PAGE) return found.filter((topic) => topic.name.startsWith(names.prefix));
  }
}
