/** SCF's functions: created, read, listed, changed and deleted. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_client.js';
import type {
  Code,
  CreateFunctionRequest,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import type { Actions } from '../actions.ts';
import { newId } from '../ids.ts';
import { page } from '../paging.ts';
import { Pending } from '../pending.ts';
import { check } from '../refusal.ts';
import type { World } from '../world.ts';
import { codeOf } from './code.ts';
import { replaced, retriggered } from './deployed.ts';
import { detailOf, matching, summaryOf } from './answers.ts';
import { LIMITS, RUNTIMES } from './limits.ts';
import { type CloudFunction, functionKey, type FunctionStatus } from './model.ts';
import { functionOf, mustBeActive, namespaceOf } from './lookup.ts';
import { checkSettings, DEFAULTS, merged } from './settings.ts';

export function functionActions(world: World): Actions<Client> {
  return {
    async CreateFunction(params) {
      checkNew(params, world);
      const settings = merged(DEFAULTS, params);
      checkSettings(settings, world);
      const code = await codeOf(params.Code, world);
      checkFree(params, world);
      const fn = newFunction(params, world, { settings, code });
      fn.status.become('Creating', world.doomed.delete(fn.name) ? 'CreateFailed' : 'Active', world.polls);
      world.functions.set(functionKey(fn.namespace, fn.name), fn);
      await replaced(fn, world);
      return {};
    },
    GetFunction(params) {
      const fn = functionOf(params, world);
      return detailOf(fn, fn.status.poll());
    },
    GetFunctionAddress(params) {
      const { code } = functionOf(params, world);
      return { Url: `https://code.invalid/${code.sha256}`, CodeSha256: code.sha256 };
    },
    ListFunctions(params) {
      const all = matching([...world.functions.values()], params, namespaceOf(params));
      const Functions = page(all, params, { limitDefault: 20, limitMax: 100 }).map((fn) =>
        summaryOf(fn, fn.status.poll()),
      );
      return { Functions, TotalCount: all.length };
    },
    async UpdateFunctionCode(params) {
      const fn = functionOf(params, world);
      mustBeActive(fn, 'UpdateFunctionCode');
      const settings = merged(fn.settings, params);
      checkSettings(settings, world);
      const code = await codeOf(params.Code ?? flatCode(params), world);
      mustBeActive(fn, 'UpdateFunctionCode');
      await change(fn, world, { settings, code });
      return {};
    },
    async UpdateFunctionConfiguration(params) {
      const fn = functionOf(params, world);
      mustBeActive(fn, 'UpdateFunctionConfiguration');
      check(
        params.Runtime === undefined || params.Runtime === fn.runtime,
        'InvalidParameterValue.Runtime',
        `The runtime of a function cannot be changed; it is ${fn.runtime}.`,
      );
      const settings = merged(fn.settings, params);
      checkSettings(settings, world);
      await change(fn, world, { settings });
      return {};
    },
    async DeleteFunction(params) {
      const fn = functionOf(params, world);
      mustBeActive(fn, 'DeleteFunction');
      fn.triggers.length = 0;
      await retriggered(fn, world);
      world.options.runtime?.remove(fn.name);
      world.functions.delete(functionKey(fn.namespace, fn.name));
      return {};
    },
  };
}

function checkNew(params: CreateFunctionRequest, world: World): void {
  const { FunctionName: name, Runtime: runtime = 'Python2.7', Type: type = 'Event' } = params;
  check(
    /^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$/.test(name),
    'InvalidParameterValue.FunctionName',
    `\`${name}\` is no name: 2 to 60 letters, digits, - and _, first a letter, last no - or _.`,
  );
  check(RUNTIMES.includes(runtime), 'InvalidParameterValue.Runtime', `There is no runtime \`${runtime}\`.`);
  check(['Event', 'HTTP'].includes(type), 'InvalidParameterValue.Type', '`Type` is Event or HTTP.');
  const tags = params.Tags ?? [];
  check(
    new Set(tags.map(({ Key: key }) => key)).size === tags.length && tags.every(({ Key: key }) => key !== ''),
    'InvalidParameterValue',
    'A tag has no key, or one key is there twice.',
  );
  checkFree(params, world);
}

function checkFree(params: CreateFunctionRequest, world: World): void {
  const namespace = namespaceOf(params);
  check(
    !world.functions.has(functionKey(namespace, params.FunctionName)),
    'ResourceInUse.FunctionName',
    `The function \`${params.FunctionName}\` exists already.`,
  );
  const beside = [...world.functions.values()].filter((fn) => fn.namespace === namespace).length;
  check(
    beside < LIMITS.functionsPerNamespace,
    'LimitExceeded.Function',
    `The namespace has ${beside} functions.`,
  );
}

type Content = Pick<CloudFunction, 'settings' | 'code'>;

function newFunction(
  params: CreateFunctionRequest,
  world: World,
  { settings, code }: Content,
): CloudFunction {
  return {
    id: newId('lam'),
    name: params.FunctionName,
    namespace: namespaceOf(params),
    runtime: params.Runtime ?? 'Python2.7',
    type: params.Type ?? 'Event',
    tags: params.Tags ?? [],
    addedMs: world.now(),
    modifiedMs: world.now(),
    status: new Pending<FunctionStatus>('Active'),
    code,
    settings,
    reservedMb: undefined,
    triggers: [],
  };
}

async function change(fn: CloudFunction, world: World, content: Partial<Content>): Promise<void> {
  Object.assign(fn, content);
  fn.modifiedMs = world.now();
  fn.status.become('Updating', world.doomed.delete(fn.name) ? 'UpdateFailed' : 'Active', world.polls);
  await replaced(fn, world);
}

function flatCode({ ZipFile, CosBucketName, CosObjectName, CosBucketRegion }: Code): Code {
  return Object.fromEntries(
    Object.entries({ ZipFile, CosBucketName, CosObjectName, CosBucketRegion }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
