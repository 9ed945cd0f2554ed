/** Functions as SCF answers them, alone and in lists. */
import type {
  Function as FunctionSummary,
  GetFunctionResponse,
  ListFunctionsRequest,
  Trigger,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import { chinaTime } from '../ids.ts';
import { Refusal } from '../refusal.ts';
import type { CloudFunction, FunctionStatus, TriggerRecord } from './model.ts';

const STATUS_TEXT: Record<FunctionStatus, string> = {
  Creating: 'The function is being created',
  CreateFailed: 'The function failed to be created',
  Active: 'The function is available',
  Updating: 'The function is being updated',
  UpdateFailed: 'The function failed to be updated',
};

export function detailOf(fn: CloudFunction, status: FunctionStatus): GetFunctionResponse {
  const { PublicNetConfig: net, ...settings } = fn.settings;
  return {
    ...settings,
    ...common(fn, status),
    FunctionVersion: '$LATEST',
    Qualifier: '$LATEST',
    CodeSize: fn.code.zip.length,
    CodeInfo: '',
    CodeResult: 'success',
    CodeError: '',
    ErrNo: 0,
    UseGpu: 'FALSE',
    L5Enable: 'FALSE',
    OnsEnable: 'FALSE',
    AvailableStatus: 'Available',
    AsyncRunEnable: 'FALSE',
    TraceEnable: 'FALSE',
    PublicNetConfig: {
      PublicNetStatus: net.PublicNetStatus,
      EipConfig: { EipStatus: net.EipConfig?.EipStatus ?? 'DISABLE', EipAddress: [] },
    },
    Triggers: fn.triggers.map((trigger) => triggerOf(trigger)),
    Layers: [],
  };
}

export function summaryOf(fn: CloudFunction, status: FunctionStatus): FunctionSummary {
  return {
    ...common(fn, status),
    Description: fn.settings.Description,
    ...(fn.reservedMb === undefined ? {} : { ReservedConcurrencyMem: fn.reservedMb }),
  };
}

function common(fn: CloudFunction, status: FunctionStatus) {
  return {
    FunctionId: fn.id,
    FunctionName: fn.name,
    Namespace: fn.namespace,
    Runtime: fn.runtime,
    Type: fn.type,
    Tags: [...fn.tags],
    Status: status,
    StatusDesc: STATUS_TEXT[status],
    StatusReasons: status.endsWith('Failed') ? [{ ErrorCode: 'InternalError', ErrorMessage: 'planned' }] : [],
    AddTime: chinaTime(fn.addedMs),
    ModTime: chinaTime(fn.modifiedMs),
  };
}

export function triggerOf(trigger: TriggerRecord): Trigger {
  return {
    Type: trigger.type,
    TriggerName: trigger.name,
    TriggerDesc: trigger.desc,
    // OPEN and CLOSE go in, 1 and 0 come out.
    Enable: trigger.enabled ? 1 : 0,
    AvailableStatus: 'Available',
    Qualifier: trigger.qualifier,
    CustomArgument: trigger.argument,
    Description: trigger.description,
    AddTime: chinaTime(trigger.addedMs),
    ModTime: chinaTime(trigger.modifiedMs),
  };
}

const FIELDS: Readonly<Record<string, (fn: CloudFunction) => string | undefined>> = {
  VpcId: ({ settings }) => settings.VpcConfig.VpcId,
  SubnetId: ({ settings }) => settings.VpcConfig.SubnetId,
  ClsTopicId: ({ settings }) => settings.ClsTopicId,
  ClsLogsetId: ({ settings }) => settings.ClsLogsetId,
  Role: ({ settings }) => settings.Role,
  Status: ({ status }) => status.state,
  Runtime: ({ runtime }) => runtime,
  Type: ({ type }) => type,
  PublicNetStatus: ({ settings }) => settings.PublicNetConfig.PublicNetStatus,
};

/** The functions of a namespace that all filters let through, in the order asked for. */
export function matching(
  all: readonly CloudFunction[],
  params: ListFunctionsRequest,
  namespace: string,
): CloudFunction[] {
  const { SearchKey: searched = '', Description: described = '', Filters: filters = [] } = params;
  return all
    .filter((fn) => fn.namespace === namespace && fn.name.includes(searched))
    .filter((fn) => fn.settings.Description.includes(described))
    .filter((fn) => filters.every(({ Name, Values }) => Values.includes(valueOf(fn, Name) ?? '')))
    .sort(orderOf(params));
}

function valueOf(fn: CloudFunction, field: string): string | undefined {
  if (field.startsWith('tag-'))
    return fn.tags.find(({ Key: key }) => key === field.slice('tag-'.length))?.Value;
  const read = FIELDS[field];
  if (!read) throw new Refusal('InvalidParameterValue.Filters', `There is no filter \`${field}\`.`);
  return read(fn);
}

function orderOf({ Orderby: by = 'ModTime', Order: order = 'DESC' }: ListFunctionsRequest) {
  const keys: Readonly<Record<string, (fn: CloudFunction) => string | number>> = {
    AddTime: (fn) => fn.addedMs,
    ModTime: (fn) => fn.modifiedMs,
    FunctionName: (fn) => fn.name,
  };
  const key = keys[by];
  if (!key) throw new Refusal('InvalidParameterValue.Orderby', `There is no order by \`${by}\`.`);
  if (!['ASC', 'DESC'].includes(order)) throw new Refusal('InvalidParameterValue.Order', 'ASC or DESC.');
  const sign = order === 'ASC' ? 1 : -1;
  return (a: CloudFunction, b: CloudFunction) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0);
}
