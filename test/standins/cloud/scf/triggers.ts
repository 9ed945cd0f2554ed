/** SCF's triggers: created, changed, listed and deleted. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_client.js';
import type { CreateTriggerRequest } from 'tencentcloud-sdk-nodejs/tencentcloud/services/scf/v20180416/scf_models.js';
import type { Actions } from '../actions.ts';
import { page } from '../paging.ts';
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import { triggerOf } from './answers.ts';
import { retriggered } from './deployed.ts';
import { LIMITS } from './limits.ts';
import { checkQualifier, functionOf, mustBeActive } from './lookup.ts';
import type { CloudFunction, TriggerRecord } from './model.ts';
import { contentOf } from './trigger-desc.ts';

const UPDATABLE = ['timer', 'ckafka', 'http'];

export function triggerActions(world: World): Actions<Client> {
  return {
    async CreateTrigger(params) {
      const fn = functionOf(params, world);
      mustBeActive(fn, 'CreateTrigger');
      const trigger = newTrigger(params, world);
      checkRoom(fn, trigger);
      fn.triggers.push(trigger);
      await retriggered(fn, world);
      return { TriggerInfo: triggerOf(trigger) };
    },
    async UpdateTrigger(params) {
      const fn = functionOf(params, world);
      check(
        UPDATABLE.includes(params.Type),
        'InvalidParameterValue.Type',
        `A trigger of type \`${params.Type}\` cannot be updated.`,
      );
      const trigger = triggerNamed(fn, params);
      const { TriggerDesc: desc, CustomArgument: argument = trigger.argument } = params;
      if (desc !== undefined)
        Object.assign(trigger, contentOf(trigger.type, { name: trigger.name, desc, argument }, world));
      if (params.Enable !== undefined) trigger.enabled = isOpen(params.Enable);
      trigger.argument = argument;
      trigger.description = params.Description ?? trigger.description;
      trigger.modifiedMs = world.now();
      await retriggered(fn, world);
      return {};
    },
    ListTriggers(params) {
      const fn = functionOf(params, world);
      const Triggers = page(fn.triggers, params, { limitDefault: 20, limitMax: 100 }).map(triggerOf);
      return { Triggers, TotalCount: fn.triggers.length };
    },
    async DeleteTrigger(params) {
      const fn = functionOf(params, world);
      mustBeActive(fn, 'DeleteTrigger');
      fn.triggers.splice(fn.triggers.indexOf(triggerNamed(fn, params)), 1);
      await retriggered(fn, world);
      return {};
    },
  };
}

function newTrigger(params: CreateTriggerRequest, world: World): TriggerRecord {
  const { Type: type, TriggerName: name, TriggerDesc: desc = '', CustomArgument: argument = '' } = params;
  checkQualifier(params.Qualifier);
  check(
    type === 'timer' || argument === '',
    'InvalidParameterValue.CustomArgument',
    'Only a timer has a `CustomArgument`.',
  );
  return {
    type,
    name,
    qualifier: params.Qualifier ?? '$LATEST',
    addedMs: world.now(),
    modifiedMs: world.now(),
    enabled: isOpen(params.Enable ?? 'OPEN'),
    argument,
    description: params.Description ?? '',
    ...contentOf(type, { name, desc, argument }, world),
  };
}

function isOpen(enable: string): boolean {
  check(['OPEN', 'CLOSE'].includes(enable), 'InvalidParameterValue.Enable', '`Enable` is OPEN or CLOSE.');
  return enable === 'OPEN';
}

function checkRoom(fn: CloudFunction, { type, name }: TriggerRecord): void {
  const alike = fn.triggers.filter((trigger) => trigger.type === type);
  check(
    alike.every((trigger) => trigger.name !== name),
    'ResourceInUse.Trigger',
    `The function has a trigger \`${name}\` already.`,
  );
  check(
    alike.length < LIMITS.triggersPerType,
    'LimitExceeded.Trigger',
    `The function has ${alike.length} triggers of type ${type}.`,
  );
}

interface TriggerName {
  readonly Type: string;
  readonly TriggerName: string;
  readonly Qualifier?: string;
}

/** A trigger is named with the version or alias it was made for, by default $LATEST. */
function triggerNamed(fn: CloudFunction, params: TriggerName): TriggerRecord {
  const { Type: type, TriggerName: name, Qualifier: qualifier = '$LATEST' } = params;
  const trigger = fn.triggers.find(
    (each) => each.type === type && each.name === name && each.qualifier === qualifier,
  );
  return found(
    trigger,
    'ResourceNotFound.Trigger',
    `There is no ${type} trigger \`${name}\` on ${qualifier}.`,
  );
}
