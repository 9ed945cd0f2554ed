/** Carries out one change: the only place where deploy alters anything in the cloud. */
import { HANDLER } from './bundle.ts';
import type { Change } from './change.ts';
import type { Cloud } from './cloud.ts';
import { LOG_INDEX } from './index-rule.ts';
import { type Names, TAG } from './names.ts';
import { settled } from './settled.ts';
import type { DesiredFunction, DesiredTopic } from './stack.ts';
import type { CodePlace } from './upload.ts';

export interface Site {
  readonly cloud: Cloud;
  readonly names: Names;
  readonly instanceId: string;
  /** Known from the start, or from the change that makes them. */
  readonly logs: { logsetId: string; topicId: string };
  /** The code of a function, by its key. */
  readonly place: (key: string) => Promise<CodePlace>;
}

const QUALIFIER = '$DEFAULT';

export async function apply(change: Change, site: Site): Promise<void> {
  const { cloud, logs, instanceId, names } = site;
  const tags = [{ Key: TAG, Value: names.stack }];
  switch (change.kind) {
    case 'create logset': {
      const { LogsetId: id = '' } = await cloud.call('cls', 'CreateLogset', {
        LogsetName: change.name,
        Tags: tags,
      });
      logs.logsetId = id;
      return;
    }
    case 'create log topic': {
      const { name: TopicName, retentionDays: Period } = change;
      const request = { LogsetId: logs.logsetId, TopicName, Period, Describes: names.mark, Tags: tags };
      const { TopicId: id = '' } = await cloud.call('cls', 'CreateTopic', request);
      logs.topicId = id;
      return;
    }
    case 'index log topic':
      await cloud.call('cls', 'CreateIndex', { TopicId: logs.topicId, Rule: LOG_INDEX });
      return;
    case 'keep logs':
      await cloud.call('cls', 'ModifyTopic', { TopicId: logs.topicId, Period: change.to });
      return;
    case 'create topic':
      await createTopic(change.topic, site);
      return;
    case 'grow topic': {
      const request = { InstanceId: instanceId, TopicName: change.name, PartitionNum: change.to };
      await cloud.call('ckafka', 'CreatePartition', request);
      return;
    }
    case 'keep messages': {
      const request = { InstanceId: instanceId, TopicName: change.name, RetentionMs: change.to };
      await cloud.call('ckafka', 'ModifyTopicAttributes', request);
      return;
    }
    default:
      await applyToFunction(change, site);
  }
}

async function createTopic(
  { name, partitions, replicas, retentionMs }: DesiredTopic,
  site: Site,
): Promise<void> {
  await site.cloud.call('ckafka', 'CreateTopic', {
    InstanceId: site.instanceId,
    TopicName: name,
    PartitionNum: partitions,
    ReplicaNum: replicas,
    RetentionMs: retentionMs,
    CleanUpPolicy: 'delete',
    Note: site.names.mark,
  });
}

async function applyToFunction(change: Extract<Change, { fn: DesiredFunction }>, site: Site): Promise<void> {
  const { cloud } = site;
  const { name: FunctionName } = change.fn;
  switch (change.kind) {
    case 'await function':
      return settled(cloud, FunctionName);
    case 'delete failed function':
      await cloud.call('scf', 'DeleteFunction', { FunctionName });
      return settled(cloud, FunctionName, 'gone');
    case 'create function':
      return createFunction(change.fn, site);
    case 'update code': {
      const code = await site.place(change.fn.key);
      await cloud.call('scf', 'UpdateFunctionCode', { FunctionName, Handler: HANDLER, ...code });
      return settled(cloud, FunctionName);
    }
    case 'update configuration': {
      const configuration = { ...configurationOf(change.fn, site), Description: change.fn.description };
      await cloud.call('scf', 'UpdateFunctionConfiguration', { FunctionName, ...configuration });
      return settled(cloud, FunctionName);
    }
    case 'reserve':
      await reserve(cloud, FunctionName, change.to);
      return;
    default:
      await applyToTrigger(change, site);
  }
}

/** What is empty takes something away, and a new function has nothing. */
async function createFunction(fn: DesiredFunction, site: Site): Promise<void> {
  const { Role, VpcConfig, ...configuration } = configurationOf(fn, site);
  await site.cloud.call('scf', 'CreateFunction', {
    FunctionName: fn.name,
    Code: await site.place(fn.key),
    Handler: HANDLER,
    Runtime: fn.runtime,
    Type: 'Event',
    InstallDependency: 'FALSE',
    Description: fn.description,
    Tags: [{ Key: TAG, Value: site.names.stack }],
    ...configuration,
    ...(Role === '' ? {} : { Role }),
    ...(VpcConfig.VpcId === '' ? {} : { VpcConfig }),
  });
  return settled(site.cloud, fn.name);
}

function configurationOf(fn: DesiredFunction, { logs }: Site) {
  return {
    MemorySize: fn.memoryMb,
    Timeout: fn.timeoutS,
    Environment: { Variables: Object.entries(fn.environment).map(([Key, Value]) => ({ Key, Value })) },
    Role: fn.role,
    VpcConfig: { VpcId: fn.vpcId, SubnetId: fn.subnetId },
    PublicNetConfig: {
      PublicNetStatus: fn.publicNet ? 'ENABLE' : 'DISABLE',
      EipConfig: { EipStatus: 'DISABLE' },
    },
    ClsLogsetId: logs.logsetId,
    ClsTopicId: logs.topicId,
  };
}

async function reserve(cloud: Cloud, FunctionName: string, mb: number | undefined): Promise<void> {
  if (mb === undefined) await cloud.call('scf', 'DeleteReservedConcurrencyConfig', { FunctionName });
  else await cloud.call('scf', 'PutReservedConcurrencyConfig', { FunctionName, ReservedConcurrencyMem: mb });
}

async function applyToTrigger(
  change: Extract<Change, { kind: `${string} trigger` }>,
  { cloud, names }: Site,
): Promise<void> {
  const { name: TriggerName, type: Type, desc: TriggerDesc } = change.trigger;
  const trigger = { FunctionName: change.fn.name, TriggerName, Type, Qualifier: QUALIFIER };
  const wanted = { ...trigger, TriggerDesc, Enable: 'OPEN', Description: names.mark };
  switch (change.kind) {
    case 'create trigger':
      await cloud.call('scf', 'CreateTrigger', wanted);
      return;
    case 'update trigger':
      await cloud.call('scf', 'UpdateTrigger', wanted);
      return;
    case 'delete trigger':
      await cloud.call('scf', 'DeleteTrigger', trigger);
      return;
  }
}
