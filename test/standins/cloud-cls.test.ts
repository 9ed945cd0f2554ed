import { describe, expect, test } from 'vitest';
import { clientsOf, cloudOf, codeOf, functionNamed } from './cloud/harness.ts';

const TopicId = 'topic-one';
const RANGE = { From: 0, To: 10_000, TopicId };

describe('logsets and log topics', () => {
  test('they are made, found by name and tag, and deleted from the inside out', async () => {
    const cloud = await cloudOf({ instances: {} });
    const { cls } = clientsOf(cloud);
    const Tags = [{ Key: 'made-by', Value: 'test' }];
    const { LogsetId = '' } = await cls.CreateLogset({ LogsetName: 'oss2cos', Tags });
    const { TopicId: id = '' } = await cls.CreateTopic({ LogsetId, TopicName: 'functions', Period: 7, Tags });
    const byTag = { Filters: [{ Key: 'tag:made-by', Values: ['test'] }] };
    expect(await cls.DescribeLogsets(byTag)).toMatchObject({ TotalCount: 1, Logsets: [{ TopicCount: 1 }] });
    const byName = { Filters: [{ Key: 'topicName', Values: ['function'] }] };
    expect(await cls.DescribeTopics(byName)).toMatchObject({
      TotalCount: 1,
      Topics: [{ TopicId: id, Index: false, Period: 7 }],
    });
    expect(await cls.DescribeTopics({ ...byName, PreciseSearch: 1 })).toMatchObject({ TotalCount: 0 });
    expect(await codeOf(cls.DeleteLogset({ LogsetId }))).toBe('FailedOperation.LogsetNotEmpty');
    await cls.DeleteTopic({ TopicId: id });
    await cls.DeleteLogset({ LogsetId });
    expect(cloud.resources()).toMatchObject({ logsets: [], logTopics: [] });
  });

  test('names are taken once', async () => {
    const { cls } = clientsOf(await cloudOf());
    expect(await codeOf(cls.CreateLogset({ LogsetName: 'logs' }))).toBe('InvalidParameter.LogsetConflict');
    const twice = cls.CreateTopic({ LogsetId: 'set-one', TopicName: 'functions' });
    expect(await codeOf(twice)).toBe('InvalidParameter.TopicConflict');
    const nowhere = cls.CreateTopic({ LogsetId: 'set-two', TopicName: 'functions' });
    expect(await codeOf(nowhere)).toBe('ResourceNotFound.LogsetNotExist');
  });

  test('a topic keeps its logs as long as it was told last, and its name to itself', async () => {
    const cloud = await cloudOf();
    const { cls } = clientsOf(cloud);
    await cls.ModifyTopic({ TopicId, Period: 90 });
    expect(cloud.resources().logTopics).toMatchObject([{ id: TopicId, name: 'functions', periodDays: 90 }]);
    expect(await codeOf(cls.ModifyTopic({ TopicId, Period: 3_601 }))).toBe('FailedOperation.InvalidPeriod');
    await cls.CreateTopic({ LogsetId: 'set-one', TopicName: 'second' });
    const taken = cls.ModifyTopic({ TopicId, TopicName: 'second' });
    expect(await codeOf(taken)).toBe('InvalidParameter.TopicConflict');
  });

  test('a topic is searched only once it has an index, and by the keys that are in it', async () => {
    const { cls } = clientsOf(await cloudOf());
    const { TopicId: id = '' } = await cls.CreateTopic({ LogsetId: 'set-one', TopicName: 'new' });
    const search = (QueryString: string) => codeOf(cls.SearchLog({ ...RANGE, TopicId: id, QueryString }));
    expect(await search('*')).toBe('ResourceNotFound.IndexNotExist');
    const KeyValues = [{ Key: 'SCF_RequestId', Value: { Type: 'text' } }];
    const Rule = { KeyValue: { CaseSensitive: false, KeyValues } };
    await cls.CreateIndex({ TopicId: id, Rule });
    expect(await codeOf(cls.CreateIndex({ TopicId: id, Rule }))).toBe('InvalidParameter.IndexConflict');
    expect(await search('SCF_RequestId:x')).toBe('');
    expect(await search('SCF_Level:x')).toBe('FailedOperation.QueryError');
  });
});

async function withLines() {
  const cloud = await cloudOf();
  const { cls, scf } = clientsOf(cloud);
  const line = (atMs: number, SCF_FunctionName: string, SCF_RequestId: string, SCF_Message: string) =>
    cloud.appendLog(TopicId, { SCF_FunctionName, SCF_RequestId, SCF_Message }, atMs);
  line(1_000, 'oss2cos-dev-copy', 'request-1', 'START RequestId: request-1');
  line(2_000, 'oss2cos-dev-copy', 'request-1', '{"event":"copied"}');
  line(3_000, 'oss2cos-dev-planner', 'request-2', 'listing failed: 503 "SlowDown"');
  line(4_000, 'oss2cos-dev-copy', 'request-3', 'copying failed');
  const found = async (QueryString: string, more: object = {}) => {
    const { Results = [] } = await cls.SearchLog({ ...RANGE, Sort: 'asc', QueryString, ...more });
    return Results.map(({ Time }) => Time);
  };
  return { cloud, cls, scf, found };
}

describe('searching', () => {
  test.each([
    ['*', [1_000, 2_000, 3_000, 4_000]],
    ['', [1_000, 2_000, 3_000, 4_000]],
    ['SCF_FunctionName:"oss2cos-dev-copy"', [1_000, 2_000, 4_000]],
    ['SCF_FunctionName:oss2cos-dev-planner', [3_000]],
    ['SCF_RequestId:"request-1" AND SCF_Message:copied', [2_000]],
    ['SCF_FunctionName:"oss2cos-dev-copy" AND (copied OR failed)', [2_000, 4_000]],
    ['failed NOT SCF_RequestId:request-2', [4_000]],
    ['FAILED slowdown', [3_000]],
    [String.raw`SCF_Message:"503 \"SlowDown\""`, [3_000]],
    ['SCF_Message:cop*', [2_000, 4_000]],
    ['cop', []],
  ])('%s', async (query, times) => {
    const { found } = await withLines();
    expect(await found(query)).toEqual(times);
  });

  test('times are from From up to, not including, To', async () => {
    const { found } = await withLines();
    expect(await found('*', { From: 2_000, To: 4_000 })).toEqual([2_000, 3_000]);
  });

  test('the newest come first unless told otherwise', async () => {
    const { cls } = await withLines();
    const { Results = [] } = await cls.SearchLog({ ...RANGE, QueryString: 'failed' });
    expect(Results.map(({ Time }) => Time)).toEqual([4_000, 3_000]);
  });

  test('pages go on where the last one ended until all was listed', async () => {
    const { cls } = await withLines();
    const params = { ...RANGE, Sort: 'asc', QueryString: '*', Limit: 3 };
    const first = await cls.SearchLog(params);
    expect(first).toMatchObject({ ListOver: false, Results: [{ Time: 1_000 }, {}, { Time: 3_000 }] });
    const second = await cls.SearchLog({ ...params, Context: first.Context ?? '' });
    expect(second).toMatchObject({ ListOver: true, Context: '', Results: [{ Time: 4_000 }] });
    expect(await codeOf(cls.SearchLog({ ...params, Context: 'x' }))).toBe('FailedOperation.InvalidContext');
  });

  test('what is no condition, and what is SQL, is refused', async () => {
    const { cls } = await withLines();
    const search = (QueryString: string) => codeOf(cls.SearchLog({ ...RANGE, QueryString }));
    expect(await search('(failed')).toBe('FailedOperation.SyntaxError');
    expect(await search('failed AND')).toBe('FailedOperation.SyntaxError');
    expect(await search('failed)')).toBe('FailedOperation.SyntaxError');
    expect(await search('* | SELECT 1')).toBe('UnsupportedOperation');
  });

  test('lines of a function are in the topic of its configuration, with the fields of SCF', async () => {
    const { cloud, cls, scf } = await withLines();
    await scf.CreateFunction({ ...functionNamed('copy'), ClsLogsetId: 'set-one', ClsTopicId: TopicId });
    await scf.CreateFunction(functionNamed('silent'));
    cloud.appendFunctionLog('copy', { requestId: 'request-9', message: 'hello', atMs: 5_000 });
    cloud.appendFunctionLog('silent', { requestId: 'request-9', message: 'hello', atMs: 5_000 });
    const { Results = [] } = await cls.SearchLog({ ...RANGE, QueryString: 'SCF_RequestId:"request-9"' });
    expect(Results.map(({ LogJson = '' }) => JSON.parse(LogJson) as unknown)).toMatchObject([
      { SCF_FunctionName: 'copy', SCF_Message: 'hello', SCF_Type: 'Custom', SCF_StatusCode: '200' },
    ]);
  });
});
