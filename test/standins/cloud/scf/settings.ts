/** The settings of a function: what is refused, what holds by default, what an update changes. */
import type {
  CreateFunctionRequest,
  Environment,
  UpdateFunctionConfigurationRequest,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import { LIMITS } from './limits.ts';
import type { Settings } from './model.ts';

type Given = Partial<CreateFunctionRequest> & Partial<UpdateFunctionConfigurationRequest>;

export const DEFAULTS: Settings = {
  Handler: 'index.main_handler',
  Description: '',
  MemorySize: 128,
  Timeout: 3,
  InitTimeout: 65,
  Environment: { Variables: [] },
  Role: '',
  VpcConfig: { VpcId: '', SubnetId: '' },
  PublicNetConfig: { PublicNetStatus: 'ENABLE', EipConfig: { EipStatus: 'DISABLE' } },
  InstallDependency: 'FALSE',
  ClsLogsetId: '',
  ClsTopicId: '',
  DnsCache: 'FALSE',
};

/** What is given replaces what was: variables are replaced as a whole. */
export function merged(before: Settings, given: Given): Settings {
  const names = Object.keys(DEFAULTS).filter((name) => given[name as keyof Given] !== undefined);
  const changes = Object.fromEntries(names.map((name) => [name, given[name as keyof Given]]));
  return { ...before, ...changes };
}

/** "文件名称.方法名称", each of 2 to 60 characters, beginning and ending with a letter. */
const HANDLER = /^[A-Za-z][\w-]{0,58}[A-Za-z]\.[A-Za-z][\w-]{0,58}[A-Za-z]$/;
/** "英文字母、数字、空格、逗号、换行符和英文句号，支持中文" */
const DESCRIPTION = /^[A-Za-z0-9 ,.\n\p{Script=Han}，。]*$/u;

/** @throws Refusal */
export function checkSettings(settings: Settings, world: World): void {
  check(
    HANDLER.test(settings.Handler),
    'InvalidParameterValue.Handler',
    `\`${settings.Handler}\` is no file.method.`,
  );
  check(
    [...settings.Description].length <= LIMITS.descriptionCharsMax && DESCRIPTION.test(settings.Description),
    'InvalidParameterValue.Description',
    'A description has at most 1000 letters, digits, blanks, commas, line breaks, full stops and Chinese characters.',
  );
  checkSizes(settings);
  checkEnvironment(settings.Environment);
  checkSwitches(settings);
  checkNeighbours(settings, world);
}

function checkSizes({ MemorySize: memoryMb, Timeout: timeoutS, InitTimeout: initTimeoutS }: Settings): void {
  check(
    memoryMb <= LIMITS.memoryMbMax,
    'LimitExceeded.Memory',
    `The memory is at most ${LIMITS.memoryMbMax} MB.`,
  );
  const onStep = memoryMb === LIMITS.memoryMbMin || (memoryMb > 0 && memoryMb % LIMITS.memoryMbStep === 0);
  check(onStep, 'InvalidParameterValue.MemorySize', `The memory is 64 MB or a multiple of 128 MB.`);
  check(
    timeoutS <= LIMITS.timeoutSMax,
    'LimitExceeded.Timeout',
    `The timeout is at most ${LIMITS.timeoutSMax} s.`,
  );
  check(
    Number.isInteger(timeoutS) && timeoutS >= 1,
    'InvalidParameterValue',
    'The timeout is at least 1 s, whole seconds.',
  );
  check(
    Number.isInteger(initTimeoutS) && initTimeoutS >= 3 && initTimeoutS <= LIMITS.initTimeoutSMax,
    'LimitExceeded.InitTimeout',
    `The init timeout is 3 to ${LIMITS.initTimeoutSMax} s.`,
  );
}

function checkEnvironment({ Variables: variables = [] }: Environment): void {
  let bytes = 0;
  const names = new Set<string>();
  for (const { Key: name = '', Value: value = '' } of variables) {
    check(
      /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && value !== '' && !names.has(name),
      'InvalidParameterValue.Environment',
      `The variable \`${name}\` has an illegal name, no value, or is there twice.`,
    );
    check(
      !/^(?:SCF_|QCLOUD_|TENCENTCLOUD_)/.test(name),
      'InvalidParameterValue.EnvironmentSystemProtect',
      `The variable \`${name}\` has a prefix that is the system's.`,
    );
    names.add(name);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  check(
    bytes <= LIMITS.environmentBytesMax,
    'InvalidParameterValue.EnvironmentExceededLimit',
    `The variables have ${bytes} bytes; they may have 4 KB.`,
  );
}

function checkSwitches(settings: Settings): void {
  for (const name of ['InstallDependency', 'DnsCache'] as const)
    check(
      ['TRUE', 'FALSE'].includes(settings[name]),
      'InvalidParameterValue',
      `\`${name}\` is TRUE or FALSE.`,
    );
  const { PublicNetStatus: status, EipConfig: eip } = settings.PublicNetConfig;
  const statuses = ['ENABLE', 'DISABLE'];
  check(
    statuses.includes(status) && (eip === undefined || statuses.includes(eip.EipStatus)),
    'InvalidParameterValue.PublicNetConfig',
    '`PublicNetStatus` and `EipStatus` are ENABLE or DISABLE.',
  );
}

function checkNeighbours(settings: Settings, world: World): void {
  const { VpcId: vpcId = '', SubnetId: subnetId = '' } = settings.VpcConfig;
  const subnet = world.subnets.get(subnetId);
  check(
    (vpcId === '' && subnetId === '') || subnet?.vpcId === vpcId,
    'ResourceNotFound.Vpc',
    `There is no subnet \`${subnetId}\` in a VPC \`${vpcId}\`.`,
  );
  check(
    settings.Role === '' || world.options.instances?.roles?.[settings.Role] !== undefined,
    'FailedOperation.QcsRoleNotFound',
    `There is no role \`${settings.Role}\`.`,
  );
  const { ClsLogsetId: logsetId, ClsTopicId: topicId } = settings;
  check(
    (logsetId === '' && topicId === '') || world.logTopics.get(topicId)?.logsetId === logsetId,
    'InvalidParameterValue.Cls',
    `There is no log topic \`${topicId}\` in a logset \`${logsetId}\`.`,
  );
}
