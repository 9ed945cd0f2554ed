/** CLS's logsets. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_client.js';
import { randomUUID } from 'node:crypto';
import type { Actions } from '../actions.ts';
import { chinaTime } from '../ids.ts';
import { page } from '../paging.ts';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import { checkTags, passesAll } from './filters.ts';

export function logsetActions(world: World): Actions<Client> {
  const topicsIn = (id: string) => [...world.logTopics.values()].filter(({ logsetId }) => logsetId === id);
  return {
    CreateLogset({ LogsetName: name, Tags: tags = [], LogsetId: id = randomUUID() }) {
      check(
        name !== '' && name.length <= 255 && !name.includes('|'),
        'InvalidParameter',
        'A name has 1 to 255 characters, no |.',
      );
      checkTags(tags);
      const taken = [...world.logsets.values()].some((each) => each.name === name || each.id === id);
      check(!taken, 'InvalidParameter.LogsetConflict', `There is a logset \`${name}\` already.`);
      world.logsets.set(id, { id, name, tags, createdMs: world.now() });
      return { LogsetId: id };
    },
    DescribeLogsets(params) {
      const all = [...world.logsets.values()].filter((each) =>
        passesAll(
          each,
          params.Filters ?? [],
          new Map([
            ['logsetName', (value) => each.name.includes(value)],
            ['logsetId', (value) => each.id === value],
          ]),
        ),
      );
      const Logsets = page(all, params, { limitDefault: 20, limitMax: 100 }).map((each) => ({
        LogsetId: each.id,
        LogsetName: each.name,
        CreateTime: chinaTime(each.createdMs),
        Tags: [...each.tags],
        TopicCount: topicsIn(each.id).length,
      }));
      return { Logsets, TotalCount: all.length };
    },
    DeleteLogset({ LogsetId: id }) {
      check(world.logsets.has(id), 'ResourceNotFound.LogsetNotExist', `There is no logset \`${id}\`.`);
      const topics = topicsIn(id).length;
      check(topics === 0, 'FailedOperation.LogsetNotEmpty', `The logset has ${topics} topics.`);
      world.logsets.delete(id);
      return {};
    },
  };
}
