/** CLS's search: one topic, a range of time, a condition, and pages that go on from where the last one ended. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_client.js';
import type {
  LogInfo,
  SearchLogRequest,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_models.js';
import type { Actions } from '../actions.ts';
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import { isIndexed } from './log-index.ts';
import { topicOf } from './log-topics.ts';
import type { LogEntry, LogTopic } from './model.ts';
import { conditionOf } from './query.ts';

const LIMIT_MAX = 1_000;

export function searchActions(world: World): Actions<Client> {
  return {
    SearchLog(params) {
      const topic = searchedTopic(params, world);
      const matches = matchesOf(params, topic, world);
      const limit = params.Limit ?? 100;
      check(limit >= 1 && limit <= LIMIT_MAX, 'InvalidParameter', `\`Limit\` is 1 to ${LIMIT_MAX}.`);
      const from = startOf(params);
      const end = Math.min(from + limit, matches.length);
      const Results = matches.slice(from, end).map((entry, at) => answerOf(entry, topic, from + at));
      const ListOver = end >= matches.length;
      return { Context: ListOver ? '' : contextAt(end), ListOver, Analysis: false, Results };
    },
  };
}

function searchedTopic(params: SearchLogRequest, world: World): LogTopic {
  check(
    (params.TopicId === undefined) !== (params.Topics === undefined),
    'InvalidParameter',
    'There is one of `TopicId` and `Topics`.',
  );
  check(
    params.Topics === undefined || params.Topics.length === 1,
    'UnsupportedOperation',
    'This stand-in searches one topic at a time.',
  );
  return topicOf(params.TopicId ?? params.Topics?.[0]?.TopicId ?? '', world);
}

/** In the order of their times, and of their arrival where those are equal. */
function matchesOf(params: SearchLogRequest, topic: LogTopic, world: World): LogEntry[] {
  const { From: fromMs, To: toMs, Sort: sort = 'desc' } = params;
  check(fromMs < toMs, 'InvalidParameter', '`From` is not before `To`.');
  check(['asc', 'desc'].includes(sort), 'InvalidParameter', '`Sort` is asc or desc.');
  check(
    !Object.hasOwn(params, 'Query'),
    'UnsupportedOperation',
    '`Query` is obsolete, and not played: use `QueryString`.',
  );
  const index = found(topic.index, 'ResourceNotFound.IndexNotExist', 'The topic has no index.');
  const condition = conditionOf(params.QueryString ?? '', (key) => {
    check(isIndexed(index, key), 'FailedOperation.QueryError', `The index has no key \`${key}\`.`);
  });
  const matches = world.logs
    .filter(({ topicId, atMs }) => topicId === topic.id && atMs >= fromMs && atMs < toMs)
    .filter((entry) => condition(entry))
    .sort((a, b) => a.atMs - b.atMs);
  return sort === 'asc' ? matches : matches.reverse();
}

function startOf({ Context: context = '', Offset: offset }: SearchLogRequest): number {
  check(
    context === '' || offset === undefined,
    'InvalidParameter',
    '`Context` and `Offset` exclude each other.',
  );
  if (context === '') return offset ?? 0;
  const [, at] = /^at:(\d+)$/.exec(Buffer.from(context, 'base64').toString()) ?? [];
  check(at !== undefined, 'FailedOperation.InvalidContext', 'The context is none of ours.');
  return Number(at);
}

function contextAt(at: number): string {
  return Buffer.from(`at:${at}`).toString('base64');
}

function answerOf(entry: LogEntry, topic: LogTopic, at: number): LogInfo {
  return {
    Time: entry.atMs,
    TopicId: topic.id,
    TopicName: topic.name,
    Source: '127.0.0.1',
    FileName: '',
    HostName: '',
    PkgId: topic.id,
    PkgLogId: String(at),
    LogJson: JSON.stringify(entry.fields),
  };
}
