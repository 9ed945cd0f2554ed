/** CKafka's consumer groups: how far each has read, as the real broker tells. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_client.js';
import type { GroupOffsetTopic } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ckafka/v20190819/ckafka_models.js';
import type { Actions } from '../actions.ts';
import { page } from '../paging.ts';
import type { World } from '../world.ts';
import { runningInstance } from './lookup.ts';

export function groupActions(world: World): Actions<Client> {
  const offsetsOf = async (group: string, topic: string): Promise<GroupOffsetTopic> => {
    const offsets = await world.broker.groupOffsets(group, topic);
    const Partitions = offsets.map(({ partition: Partition, committed, end: LogEndOffset }) => {
      const Lag = LogEndOffset - committed;
      return { Partition, Offset: committed, Metadata: '', ErrorCode: 0, LogEndOffset, Lag };
    });
    return { Topic: topic, Partitions };
  };
  return {
    async DescribeGroupOffsets(params) {
      const { Group: group, Topics: wanted, SearchWord: word = '' } = params;
      const { topics } = runningInstance(params.InstanceId, world);
      const names = [...topics.keys()].filter(
        (name) => name.includes(word) && (wanted?.includes(name) ?? true),
      );
      const all = await Promise.all(names.map((name) => offsetsOf(group, name)));
      const read = all.filter(({ Partitions: partitions = [] }) => partitions.length > 0);
      const TopicList = page(read, params, { limitDefault: 50, limitMax: 50 });
      return { Result: { TotalCount: read.length, TopicList } };
    },
  };
}
