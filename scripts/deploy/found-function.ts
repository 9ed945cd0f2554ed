/** A function as SCF tells it, in the terms of the desired stack. */
import { type Cloud, orUndefined } from './cloud.ts';
import { isTagged } from './found-logs.ts';
import type { Names } from './names.ts';
import { codeHashIn } from './stack.ts';

export interface FoundTrigger {
  readonly type: string;
  readonly name: string;
  /** As `DesiredTrigger` has it, so that the two compare. */
  readonly desc: string;
  readonly isEnabled: boolean;
  readonly isOurs: boolean;
}

export interface FoundFunction {
  readonly name: string;
  readonly isOurs: boolean;
  readonly status: string;
  readonly statusReason: string;
  readonly runtime: string;
  readonly description: string;
  readonly codeHash: string | undefined;
  readonly memoryMb: number;
  readonly timeoutS: number;
  readonly role: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly publicNet: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly logTopicId: string;
  readonly triggers: readonly FoundTrigger[];
  readonly reservedMb: number | undefined;
}

type Raw = Awaited<ReturnType<typeof getFunction>>;

const TRIGGERS_MAX = 100;

export async function findFunction(
  cloud: Cloud,
  names: Names,
  name: string,
): Promise<FoundFunction | undefined> {
  const raw = await orUndefined('ResourceNotFound', getFunction(cloud, name));
  if (raw === undefined) return undefined;
  const bare = {
    ...plain(raw, name),
    isOurs: isTagged(raw.Tags, names.stack),
    triggers: [],
    reservedMb: undefined,
  };
  if (!bare.isOurs || bare.status === 'CreateFailed') return bare;
  const [{ Triggers: triggers = [] }, { ReservedMem: reserved }] = await Promise.all([
    cloud.call('scf', 'ListTriggers', { FunctionName: name, Limit: TRIGGERS_MAX }),
    cloud.call('scf', 'GetReservedConcurrencyConfig', { FunctionName: name }),
  ]);
  return {
    ...bare,
    triggers: triggers.map((trigger) => ({
      type: trigger.Type ?? '',
      name: trigger.TriggerName ?? '',
      desc: canonicalDesc(trigger.Type ?? '', trigger.TriggerDesc ?? ''),
      isEnabled: trigger.Enable === 1,
      isOurs: trigger.Description === names.mark,
    })),
    reservedMb: reserved ?? undefined,
  };
}

export function getFunction(cloud: Cloud, name: string) {
  return cloud.call('scf', 'GetFunction', { FunctionName: name, ShowCode: 'FALSE' });
}

function plain(raw: Raw, name: string) {
  const variables = raw.Environment?.Variables ?? [];
  return {
    name,
    status: raw.Status ?? '',
    statusReason: (raw.StatusReasons ?? []).map((reason) => reason.ErrorMessage ?? '').join('; '),
    runtime: raw.Runtime ?? '',
    description: raw.Description ?? '',
    codeHash: codeHashIn(raw.Description ?? ''),
    memoryMb: raw.MemorySize ?? 0,
    timeoutS: raw.Timeout ?? 0,
    role: (raw.Role ?? '').split('/').at(-1) ?? '', // its name, also where it comes as a resource path
    vpcId: raw.VpcConfig?.VpcId ?? '',
    subnetId: raw.VpcConfig?.SubnetId ?? '',
    publicNet: raw.PublicNetConfig?.PublicNetStatus === 'ENABLE',
    environment: Object.fromEntries(variables.map(({ Key: key, Value: value }) => [key ?? '', value ?? ''])),
    logTopicId: raw.ClsTopicId ?? '',
  };
}

/** A timer goes in as a cron text and comes back as JSON; numbers of a ckafka trigger may come back as texts. */
function canonicalDesc(type: string, desc: string): string {
  if (!desc.startsWith('{')) return desc;
  const parsed = JSON.parse(desc) as Readonly<Record<string, unknown>>;
  if (type === 'timer') return String(parsed.cron);
  if (type !== 'ckafka') return desc;
  return JSON.stringify({
    maxMsgNum: Number(parsed.maxMsgNum),
    offset: String(parsed.offset),
    retry: Number(parsed.retry),
    timeOut: Number(parsed.timeOut),
    consumerGroupName: typeof parsed.consumerGroupName === 'string' ? parsed.consumerGroupName : '',
  });
}
