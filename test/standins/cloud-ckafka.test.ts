import { describe, expect, test } from 'vitest';
import type { BrokerAdmin } from './cloud/ckafka/broker.ts';
import { clientsOf, cloudOf, codeOf } from './cloud/harness.ts';

const InstanceId = 'ckafka-one';
const TOPIC = { InstanceId, TopicName: 'results', PartitionNum: 2, ReplicaNum: 2 };

/** A broker that remembers what it was told. */
function recordingBroker() {
  const told: string[] = [];
  const tell = (...words: unknown[]) => {
    told.push(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '));
    return Promise.resolve();
  };
  const admin: BrokerAdmin = {
    createTopic: ({ name, partitions, config }) => tell('create', name, partitions, config['retention.ms']),
    setPartitions: (name, partitions) => tell('grow', name, partitions),
    setConfig: (name, config) => tell('configure', name, config['retention.ms']),
    deleteTopic: (name) => tell('delete', name),
    groupOffsets: (group, topic) =>
      Promise.resolve(
        group === 'copy' && topic === 'segments' ? [{ partition: 0, committed: 3, end: 10 }] : [],
      ),
    close: () => tell('close'),
  };
  return { admin, told };
}

describe('topics', () => {
  test('what the API makes, changes and deletes is made, changed and deleted on the broker', async () => {
    const { admin, told } = recordingBroker();
    const { ckafka } = clientsOf(await cloudOf({ broker: admin }));
    told.length = 0;
    await ckafka.CreateTopic({ ...TOPIC, RetentionMs: 604_800_000, Note: 'made by a test' });
    await ckafka.CreatePartition({ InstanceId, TopicName: 'results', PartitionNum: 6 });
    await ckafka.ModifyTopicAttributes({ InstanceId, TopicName: 'results', RetentionMs: 60_000 });
    const { Result: attributes } = await ckafka.DescribeTopicAttributes({ InstanceId, TopicName: 'results' });
    expect(attributes).toMatchObject({
      PartitionNum: 6,
      ReplicaNum: 2,
      Note: 'made by a test',
      Config: { Retention: 60_000 },
      EnableAclRule: 0,
    });
    await ckafka.DeleteTopic({ InstanceId, TopicName: 'results' });
    const changes = [
      'create results 2 604800000',
      'grow results 6',
      'configure results 60000',
      'delete results',
    ];
    expect(told).toEqual(changes);
  });

  test('topics that are there from the start are on the broker too', async () => {
    const { admin, told } = recordingBroker();
    await cloudOf({ broker: admin });
    expect(told).toEqual(['create segments 4 7200000', 'create guarded 1 7200000']);
  });

  test('a topic forgets after two hours where nothing else is said', async () => {
    const { ckafka } = clientsOf(await cloudOf());
    await ckafka.CreateTopic(TOPIC);
    const { Result } = await ckafka.DescribeTopicDetail({ InstanceId, SearchWord: 'result' });
    expect(Result).toMatchObject({
      TotalCount: 1,
      TopicList: [{ TopicName: 'results', Config: { Retention: 7_200_000 } }],
    });
  });

  test.each([
    ['a name that is taken', { TopicName: 'segments' }, 'InvalidParameterValue.RepetitionValue'],
    ['a name with a blank', { TopicName: 'two words' }, 'InvalidParameterValue'],
    ['no partition', { PartitionNum: 0 }, 'InvalidParameterValue'],
    ['more replicas than 3', { ReplicaNum: 4 }, 'InvalidParameterValue'],
    ['more partitions than the instance has room for', { PartitionNum: 200 }, 'LimitExceeded'],
    ['a retention below a minute', { RetentionMs: 59_999 }, 'InvalidParameterValue'],
    ['a retention above 90 days', { RetentionMs: 7_776_000_001 }, 'InvalidParameterValue'],
    ['a long note', { Note: 'x'.repeat(65) }, 'InvalidParameterValue'],
    ['another policy', { CleanUpPolicy: 'keep' }, 'InvalidParameterValue'],
    ['another instance', { InstanceId: 'ckafka-two' }, 'InvalidParameterValue.InstanceNotExist'],
  ])('%s is refused', async (_what, change, code) => {
    const cloud = await cloudOf();
    const { ckafka } = clientsOf(cloud);
    expect(await codeOf(ckafka.CreateTopic({ ...TOPIC, ...change }))).toBe(code);
    expect(cloud.resources().topics).toHaveLength(2);
  });

  test('more replicas than brokers are refused', async () => {
    const instances = { ckafka: [{ id: InstanceId, brokerCount: 1 }] };
    const { ckafka } = clientsOf(await cloudOf({ instances }));
    expect(await codeOf(ckafka.CreateTopic(TOPIC))).toBe('InvalidParameterValue');
    expect(await codeOf(ckafka.CreateTopic({ ...TOPIC, ReplicaNum: 1 }))).toBe('');
  });

  test('how far a group has read is what the broker says, and nothing of a group that never read', async () => {
    const { ckafka } = clientsOf(await cloudOf({ broker: recordingBroker().admin }));
    const offsetsOf = async (Group: string) =>
      (await ckafka.DescribeGroupOffsets({ InstanceId, Group })).Result?.TopicList;
    expect(await offsetsOf('copy')).toMatchObject([
      { Topic: 'segments', Partitions: [{ Partition: 0, Offset: 3, LogEndOffset: 10, Lag: 7 }] },
    ]);
    expect(await offsetsOf('another')).toEqual([]);
  });

  test('partitions do not shrink', async () => {
    const { ckafka } = clientsOf(await cloudOf());
    const grow = (PartitionNum: number) =>
      codeOf(ckafka.CreatePartition({ InstanceId, TopicName: 'segments', PartitionNum }));
    expect([await grow(3), await grow(4), await grow(5)]).toEqual([
      'InvalidParameterValue',
      'InvalidParameterValue',
      '',
    ]);
  });
});

describe('instances', () => {
  test('its addresses are those of the real broker, inside and outside', async () => {
    const kafka = { brokers: '127.0.0.1:9092,127.0.0.1:9093', secured: 'kafka.example.com:50001' };
    const { admin } = recordingBroker();
    const { ckafka } = clientsOf(await cloudOf({ kafka, broker: admin }));
    const { Result: attributes } = await ckafka.DescribeInstanceAttributes({ InstanceId });
    expect(attributes).toMatchObject({
      Status: 1,
      Vip: '127.0.0.1',
      Vport: '9092',
      VipList: [
        { Vip: '127.0.0.1', Vport: '9092' },
        { Vip: '127.0.0.1', Vport: '9093' },
      ],
    });
    const { Result: routes } = await ckafka.DescribeRoute({ InstanceId });
    expect(routes?.Routers).toMatchObject([
      { AccessType: 0, VipType: 3, DomainPort: 9092 },
      { AccessType: 3, VipType: 1, Domain: 'kafka.example.com', DomainPort: 50_001 },
    ]);
  });

  const ORDER = {
    InstanceName: 'oss2cos',
    VpcId: 'vpc-one',
    SubnetId: 'subnet-one',
    ZoneId: 100_003,
    BandWidth: 20,
    DiskSize: 200,
    Partition: 400,
    Tags: [{ TagKey: 'made-by', TagValue: 'test' }],
  };

  test('one that is bought is being created, then runs, and is gone some time after it was given back', async () => {
    const { ckafka } = clientsOf(await cloudOf({ pollsUntilReady: 2 }));
    const { Result } = await ckafka.CreatePostPaidInstance(ORDER);
    const id = Result?.Data?.InstanceId ?? '';
    const statuses = async (times: number) => {
      const seen = [];
      for (let polls = 0; polls < times; polls += 1) {
        const { Result: found } = await ckafka.DescribeInstances({ InstanceId: id });
        seen.push(found?.InstanceList?.[0]?.Status);
      }
      return seen;
    };
    expect(await codeOf(ckafka.CreateTopic({ ...TOPIC, InstanceId: id }))).toBe('FailedOperation');
    expect(await statuses(3)).toEqual([0, 0, 1]);
    const TagList = [{ TagKey: 'made-by', TagValue: 'test' }];
    const { Result: tagged } = await ckafka.DescribeInstancesDetail({ TagList });
    expect(tagged).toMatchObject({ TotalCount: 1, InstanceList: [{ InstanceId: id }] });
    await ckafka.DeleteInstancePost({ InstanceId: id });
    expect(await statuses(3)).toEqual([2, 2, undefined]);
  });

  test.each([
    ['no zone', { ZoneId: null }, 'InvalidParameterValue.NotAllowedEmpty'],
    ['a zone without CKafka', { ZoneId: 100_001 }, 'InvalidParameterValue.ZoneNotSupport'],
    ['a zone that is sold out', { ZoneId: 100_002 }, 'InvalidParameterValue.ZoneNotSupport'],
    ['a zone without the subnet', { ZoneId: 100_004 }, 'InvalidParameterValue.SubnetNotBelongToZone'],
    ['another VPC', { VpcId: 'vpc-two' }, 'InvalidParameterValue.VpcIdInvalid'],
    ['a subnet elsewhere', { SubnetId: 'subnet-two' }, 'InvalidParameterValue.SubnetIdInvalid'],
    ['another Kafka', { KafkaVersion: '3.9.0' }, 'InvalidParameterValue'],
    ['a disk between the steps', { DiskSize: 250 }, 'InvalidParameterValue'],
  ])('an order with %s is refused', async (_what, change, code) => {
    const { ckafka } = clientsOf(await cloudOf());
    expect(await codeOf(ckafka.CreatePostPaidInstance({ ...ORDER, ...change } as never))).toBe(code);
  });

  test('zones are told by number and name', async () => {
    const { ckafka } = clientsOf(await cloudOf());
    const { Result } = await ckafka.DescribeCkafkaZone({});
    const zone = { ZoneId: '100003', ZoneName: 'ap-guangzhou-3', SoldOut: 'false' };
    expect(Result?.ZoneList).toContainEqual(expect.objectContaining(zone));
  });

  test('a price has disk and bandwidth in it, and needs to know both', async () => {
    const { ckafka } = clientsOf(await cloudOf());
    const question = {
      InstanceType: 'profession',
      InstanceChargeParam: { InstanceChargeType: 'POSTPAID_BY_HOUR' },
      Bandwidth: 20,
      Partition: 400,
      InquiryDiskParam: { DiskType: 'CLOUD_PREMIUM', DiskSize: 200 },
    };
    const price = async (DiskSize: number) => {
      const InquiryDiskParam = { DiskType: 'CLOUD_PREMIUM', DiskSize };
      const { Result } = await ckafka.InquireCkafkaPrice({ ...question, InquiryDiskParam });
      return Result?.InstancePrice?.UnitPrice ?? 0;
    };
    expect(await price(200)).toBeCloseTo(1.84);
    expect(await price(300)).toBeGreaterThan(await price(200));
    const { Bandwidth: _bandwidth, ...incomplete } = question;
    expect(await codeOf(ckafka.InquireCkafkaPrice(incomplete))).toBe('InvalidParameterValue.NotAllowedEmpty');
  });
});
