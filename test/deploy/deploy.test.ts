/** Deploying to an account, over and over: what is there decides what is done. */
import { expect, test } from 'vitest';
import { CANARIES, openAccount, PLACES, writes } from './account.ts';
import { deployTo } from './service.ts';

const INSTANCE = {
  id: PLACES.OSS2COS_CKAFKA_ID,
  vpcId: PLACES.OSS2COS_VPC_ID,
  subnetId: PLACES.OSS2COS_SUBNET_ID,
};
const SEGMENTS = { name: 'oss2cos-dev-segments', partitions: 32, replicas: 2, retentionMs: 604_800_000 };

test('the first deploy makes logs, topics, functions and triggers, and says so line by line', async () => {
  const account = await openAccount({}, { pollsUntilReady: 1 });
  const lines = await deployTo(account);
  expect(lines).toContain('created logset oss2cos-dev');
  expect(lines).toContain(
    'created topic oss2cos-dev-segments: 32 partitions, 2 replicas, keeps messages 7 days',
  );
  expect(lines).toContain('created function copy: oss2cos-dev-copy, 512 MB, 300 s');
  expect(lines.filter((line) => line.startsWith('created trigger'))).toHaveLength(4);
  const { functions } = account.cloud.resources();
  expect(functions.map(({ name }) => name).sort()).toEqual([
    'oss2cos-dev-copy',
    'oss2cos-dev-planner',
    'oss2cos-dev-reporter',
  ]);
});

test('the second deploy makes no call that changes anything, and says so', async () => {
  const account = await openAccount();
  await deployTo(account);
  account.cloud.resetCalls();
  expect(await deployTo(account)).toEqual(['oss2cos-dev: nothing to change']);
  expect(account.cloud.calls.length).toBeGreaterThan(0);
  expect(writes(account.cloud)).toEqual([]);
});

test('functions get the addresses, the names and the secrets that they need, and no others', async () => {
  const account = await openAccount();
  await deployTo(account, { functions: { copy: { reservedConcurrency: 10 } } });
  const environment = (key: string) => {
    const call = account.cloud.calls.find(
      ({ action, params }) => action === 'CreateFunction' && params.FunctionName === `oss2cos-dev-${key}`,
    );
    const { Variables } = call!.params.Environment as { Variables: { Key: string; Value: string }[] };
    return Object.fromEntries(Variables.map(({ Key, Value }) => [Key, Value]));
  };
  const shared = {
    OSS2COS_KAFKA_BROKERS: '10.0.0.10:9092',
    OSS2COS_KAFKA_PREFIX: 'oss2cos-dev-',
    COS_SECRET_ID: CANARIES.COS_SECRET_ID,
    COS_SECRET_KEY: CANARIES.COS_SECRET_KEY,
  };
  const { OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS2COS_MYSQL_PASSWORD } = CANARIES;
  const mysql = {
    OSS2COS_MYSQL_HOST: '10.0.0.20',
    OSS2COS_MYSQL_PORT: '3306',
    OSS2COS_MYSQL_USER: 'root',
    OSS2COS_MYSQL_DATABASE: 'oss2cos',
    OSS2COS_MYSQL_PASSWORD,
  };
  const source = { OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET };
  expect(environment('copy')).toEqual({ ...shared, ...source, OSS2COS_COPY_PARTITIONS: '32' });
  expect(environment('planner')).toEqual({
    ...{ ...shared, ...mysql, ...source },
    OSS2COS_PLANNER_PARTITIONS: '8',
  });
  expect(environment('reporter')).toEqual({ ...shared, ...mysql });
});

const CHANGES = [
  [
    'more memory is one update of one configuration',
    { functions: { copy: { memorySize: 1024 } } },
    ['scf.UpdateFunctionConfiguration'],
    ['updated function copy: memory 512 MB → 1024 MB'],
  ],
  [
    'a capped function gets its concurrency in MB, and no other is touched',
    { functions: { copy: { reservedConcurrency: 8 } } },
    ['scf.PutReservedConcurrencyConfig'],
    ['updated function copy: reserved concurrency none → 4096 MB'],
  ],
  [
    'another batch size is one update of one trigger',
    {
      functions: {
        reporter: {
          events: [
            { ckafka: { topic: 'results', batch: 500, waitS: 5 } },
            { timer: { cron: '0 */1 * * * * *' } },
          ],
        },
      },
    },
    ['scf.UpdateTrigger'],
    ['updated trigger ckafka-test0001-oss2cos-dev-results of reporter: maxMsgNum 100 → 500'],
  ],
  [
    'a trigger that is taken out of the file is deleted',
    { functions: { reporter: { events: [{ ckafka: { topic: 'results', batch: 100, waitS: 5 } }] } } },
    ['scf.DeleteTrigger'],
    ['deleted trigger oss2cos-dev-reporter of reporter'],
  ],
  [
    'another pace of the timer is one update of it',
    {
      functions: {
        reporter: {
          events: [
            { ckafka: { topic: 'results', batch: 100, waitS: 5 } },
            { timer: { cron: '0 */5 * * * * *' } },
          ],
        },
      },
    },
    ['scf.UpdateTrigger'],
    ['updated trigger oss2cos-dev-reporter of reporter: 0 */1 * * * * * → 0 */5 * * * * *'],
  ],
  [
    'more partitions of ranges are added to the topic, and the planner learns of them',
    { provider: { kafka: { partitions: { ranges: 12 } } } },
    ['ckafka.CreatePartition', 'scf.UpdateFunctionConfiguration'],
    [
      'updated topic oss2cos-dev-ranges: 8 → 12 partitions',
      'updated function planner: OSS2COS_PLANNER_PARTITIONS changed',
    ],
  ],
] as const;

test.each(CHANGES)('%s', async (_title, change, calls, lines) => {
  const account = await openAccount();
  await deployTo(account);
  account.cloud.resetCalls();
  expect(await deployTo(account, change)).toEqual(lines);
  expect(writes(account.cloud)).toEqual(calls);
  account.cloud.resetCalls();
  expect(await deployTo(account, change)).toEqual(['oss2cos-dev: nothing to change']);
});

test('new code goes up once to each function, and its hash with it', async () => {
  const account = await openAccount();
  await deployTo(account);
  account.cloud.resetCalls();
  expect(await deployTo(account, {}, 2)).toEqual([
    'updated function planner: code',
    'updated function copy: code',
    'updated function reporter: code',
  ]);
  expect(writes(account.cloud).filter((call) => call === 'scf.UpdateFunctionCode')).toHaveLength(3);
  account.cloud.resetCalls();
  await deployTo(account, {}, 2);
  expect(writes(account.cloud)).toEqual([]);
});

test('one function is deployed alone, its code and configuration and nothing else', async () => {
  const account = await openAccount();
  await deployTo(account);
  account.cloud.resetCalls();
  const more = {
    functions: { copy: { memorySize: 1024, reservedConcurrency: 4 }, planner: { memorySize: 1024 } },
  };
  const lines = await deployTo(account, more, 2, 'copy');
  expect(lines).toEqual(['updated function copy: code', 'updated function copy: memory 512 MB → 1024 MB']);
  expect(writes(account.cloud)).toEqual(['scf.UpdateFunctionCode', 'scf.UpdateFunctionConfiguration']);
});

test('one function cannot be deployed alone before the others are there', async () => {
  const account = await openAccount();
  await expect(deployTo(account, {}, 1, 'copy')).rejects.toThrow('copy does not exist yet');
  expect(writes(account.cloud)).toEqual([]);
});

test('a changed secret is named and its value is not told', async () => {
  const account = await openAccount();
  await deployTo(account);
  const env = { ...account.env, OSS_ACCESS_KEY_SECRET: 'canary-the-next-one' };
  const lines = await deployTo({ ...account, env });
  expect(lines).toEqual([
    'updated function planner: OSS_ACCESS_KEY_SECRET changed',
    'updated function copy: OSS_ACCESS_KEY_SECRET changed',
  ]);
});

test('a function outside the VPC reaches Kafka by the public route, with its user and password', async () => {
  const account = await openAccount();
  const user = {
    OSS2COS_KAFKA_USERNAME: 'ckafka-test0001#copy',
    OSS2COS_KAFKA_PASSWORD: 'canary-kafka-password',
  };
  const outside = {
    provider: { kafka: { access: { brokers: 'public.example:50001', tls: true } } },
    functions: { copy: { vpc: false } },
  };
  await expect(deployTo(account, outside)).rejects.toThrow('OSS2COS_KAFKA_USERNAME');
  await deployTo({ ...account, env: { ...account.env, ...user } }, outside);
  const { functions } = account.cloud.resources();
  const copy = functions.find(({ name }) => name === 'oss2cos-dev-copy')!;
  expect(copy.environment).toMatchObject({
    OSS2COS_KAFKA_BROKERS: 'public.example:50001',
    OSS2COS_KAFKA_TLS: 'true',
    ...user,
  });
  expect(copy.settings.VpcConfig).toEqual({ VpcId: '', SubnetId: '' });
  const planner = functions.find(({ name }) => name === 'oss2cos-dev-planner')!;
  expect(planner.environment.OSS2COS_KAFKA_BROKERS).toBe('10.0.0.10:9092');
  expect(planner.environment.OSS2COS_KAFKA_USERNAME).toBeUndefined();
});

test('functions and instance in different VPCs are refused with both named', async () => {
  const account = await openAccount();
  const elsewhere = { ...account, env: { ...account.env, OSS2COS_VPC_ID: 'vpc-other' } };
  await expect(deployTo(elsewhere)).rejects.toThrow('is in VPC vpc-test0001, the functions are in vpc-other');
  expect(writes(account.cloud)).toEqual([]);
});

test('more partitions than the instance takes are refused before anything is made', async () => {
  const account = await openAccount();
  await expect(deployTo(account, { provider: { kafka: { partitions: { segments: 300 } } } })).rejects.toThrow(
    '620 more with replicas, but instance ckafka-test0001 takes 400',
  );
  expect(writes(account.cloud)).toEqual([]);
});

test('with SSM no function holds a secret', async () => {
  const account = await openAccount({
    roles: { functions: { id: 'role-id', secret: 'role-secret', token: '' } },
  });
  const bare = Object.fromEntries(Object.entries(account.env).filter(([name]) => !(name in CANARIES)));
  await expect(deployTo({ ...account, env: bare }, { provider: { ssm: 'oss2cos-keys' } })).rejects.toThrow(
    'the role that lets the functions at the secret',
  );
  await deployTo({ ...account, env: bare }, { provider: { ssm: 'oss2cos-keys', role: 'functions' } });
  const sent = JSON.stringify(account.cloud.calls);
  expect(sent).toContain('oss2cos-keys');
  expect(sent.toLowerCase()).not.toContain('canary');
});

test('with workers the copy function has no trigger, and gets it back without them', async () => {
  const account = await openAccount();
  await deployTo(account);
  const lines = await deployTo(account, { provider: { copy: 'workers' } });
  expect(lines.filter((line) => line.includes('trigger'))).toEqual([
    'deleted trigger ckafka-test0001-oss2cos-dev-segments of copy',
  ]);
  const back = await deployTo(account);
  expect(
    back.filter((line) => line.includes('created trigger ckafka-test0001-oss2cos-dev-segments')),
  ).toHaveLength(1);
});

test('partitions may come as the text of a parameter', async () => {
  const account = await openAccount();
  const lines = await deployTo(account, { provider: { kafka: { partitions: { segments: '48' } } } });
  expect(lines).toContain(
    'created topic oss2cos-dev-segments: 48 partitions, 2 replicas, keeps messages 7 days',
  );
});

test('a function of another owner is refused before anything is changed', async () => {
  const account = await openAccount();
  await deployTo(account, { functions: { copy: { name: 'somebodys-copy' } }, provider: { stage: 'other' } });
  account.cloud.resetCalls();
  await expect(deployTo(account, { functions: { copy: { name: 'somebodys-copy' } } })).rejects.toThrow(
    'function somebodys-copy exists and was not made by this deployment',
  );
  expect(writes(account.cloud)).toEqual([]);
});

test('a topic of the right shape that was there before is used and left as it is', async () => {
  const account = await openAccount({ ckafka: [{ ...INSTANCE, topics: [SEGMENTS] }] });
  const lines = await deployTo(account);
  expect(lines.at(-1)).toBe(
    'uses topic oss2cos-dev-segments, which was there before: it is neither altered nor removed',
  );
  const touched = account.cloud.calls.filter(({ params }) => params.TopicName === SEGMENTS.name);
  expect(touched).toEqual([]);
});

test('a topic of another shape is refused, and all that differs is said', async () => {
  const account = await openAccount({
    ckafka: [{ ...INSTANCE, topics: [{ ...SEGMENTS, partitions: 4, retentionMs: 60_000 }] }],
  });
  await expect(deployTo(account)).rejects.toThrow(
    '4 partitions instead of 32, keeps messages 60000 ms instead of 604800000',
  );
  expect(writes(account.cloud)).toEqual([]);
});

test('partitions that would become fewer, and another runtime, are refused together', async () => {
  const account = await openAccount();
  await deployTo(account);
  account.cloud.resetCalls();
  const less = { provider: { kafka: { partitions: { segments: 16 } }, runtime: 'Nodejs18.15' } };
  const refused = deployTo(account, less);
  await expect(refused).rejects.toThrow('32 partitions cannot become 16');
  await expect(refused).rejects.toThrow('SCF cannot change that to Nodejs18.15');
  expect(writes(account.cloud)).toEqual([]);
});

test('everything that an account has to give is asked for in one message', async () => {
  const account = await openAccount();
  const refused = deployTo({ ...account, env: { TENCENTCLOUD_ENDPOINT: account.cloud.url } });
  for (const name of [
    'TENCENTCLOUD_SECRET_ID',
    'TENCENTCLOUD_SECRET_KEY',
    'OSS2COS_CKAFKA_ID',
    'OSS2COS_MYSQL_CLUSTER_ID',
    'OSS2COS_VPC_ID',
    'OSS2COS_SUBNET_ID',
    'OSS2COS_ROLE',
    'OSS_ACCESS_KEY_ID',
    'OSS_ACCESS_KEY_SECRET',
    'OSS2COS_MYSQL_PASSWORD',
  ])
    await expect(refused).rejects.toThrow(name);
  expect(account.cloud.calls).toEqual([]);
});
