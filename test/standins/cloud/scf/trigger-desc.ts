/** `TriggerDesc` of each type (document 583/39901, by which all but the group are mandatory for CKafka): checked, and turned into what is kept, answered and run. */
import { check, found, Refusal } from '../refusal.ts';
import type { ActiveTrigger } from '../runtime.ts';
import type { World } from '../world.ts';

export interface TriggerContent {
  /** As the API answers it: JSON. */
  readonly desc: string;
  readonly active: ActiveTrigger | undefined;
}

interface Given {
  readonly name: string;
  readonly desc: string;
  readonly argument: string;
}

const CODE = 'InvalidParameterValue.TriggerDesc';

/** @throws Refusal */
export function contentOf(type: string, given: Given, world: World): TriggerContent {
  switch (type) {
    case 'timer':
      return timer(given);
    case 'ckafka':
      return ckafka(given, world);
    case 'http':
    case 'cos':
    case 'cls':
      return { desc: JSON.stringify(fields(given.desc)), active: undefined };
    default:
      throw new Refusal('InvalidParameterValue.Type', `There is no trigger type \`${type}\`.`);
  }
}

/** Seconds, minutes, hours, days, months, weekdays, years: numbers, names, lists, ranges and steps. */
const CRON_FIELD = /^(?:\*|[\dA-Za-z]+(?:-[\dA-Za-z]+)?)(?:\/\d+)?(?:,(?:[\dA-Za-z]+(?:-[\dA-Za-z]+)?))*$/;

/** The cron expression goes in alone and comes out in an object. */
function timer({ name, desc, argument }: Given): TriggerContent {
  check(
    /^[\w-]{1,100}$/.test(name),
    'InvalidParameterValue.TriggerName',
    `\`${name}\` is no name of a timer.`,
  );
  const parts = desc.split(' ');
  check(
    parts.length === 7 && parts.every((part) => CRON_FIELD.test(part)),
    CODE,
    `\`${desc}\` is no cron expression of seven fields.`,
  );
  return { desc: JSON.stringify({ cron: desc }), active: { kind: 'timer', name, cron: desc, argument } };
}

const CKAFKA_FIELDS = ['maxMsgNum', 'offset', 'retry', 'timeOut', 'consumerGroupName', 'easConfig'];

function ckafka({ name, desc }: Given, world: World): TriggerContent {
  const instance = found(
    [...world.ckafka.values()].find(({ id }) => name.startsWith(`${id}-`)),
    'ResourceNotFound.Ckafka',
    `\`${name}\` is not <instance>-<topic> of an instance that exists.`,
  );
  const topicName = name.slice(instance.id.length + 1);
  const topic = found(
    instance.topics.get(topicName),
    'ResourceNotFound.Ckafka',
    `${instance.id} has no topic \`${topicName}\`.`,
  );
  check(!topic.aclRule, 'InvalidParameterValue.Ckafka', `The topic ${topicName} has an ACL rule.`);
  const given = fields(desc);
  const unknown = Object.keys(given).find((key) => !CKAFKA_FIELDS.includes(key));
  check(unknown === undefined, CODE, `\`${unknown ?? ''}\` is unknown in a CKafka trigger.`);
  const content = {
    maxMsgNum: integer(given, 'maxMsgNum', { min: 1, max: 10_000 }),
    offset: offsetOf(given['offset']),
    retry: integer(given, 'retry', { min: 0, max: 10_000 }),
    timeOut: integer(given, 'timeOut', { min: 1, max: 60 }),
    consumerGroupName: text(given, 'consumerGroupName'),
  };
  const { maxMsgNum, retry, timeOut: timeOutS, consumerGroupName: group } = content;
  const offset = startOf(content.offset, world.now());
  const place = { name, topic: topicName, instanceId: instance.id, group };
  return {
    desc: JSON.stringify(content),
    active: { kind: 'ckafka', ...place, maxMsgNum, offset, retry, timeOutS },
  };
}

function fields(desc: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(desc);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // Refused below, as everything that is no object.
  }
  throw new Refusal(CODE, '`TriggerDesc` is no JSON object.');
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function integer(given: Record<string, unknown>, key: string, { min, max }: Bounds): number {
  const written = given[key];
  const value = typeof written === 'number' || typeof written === 'string' ? Number(written) : NaN;
  check(
    Number.isInteger(value) && value >= min && value <= max,
    CODE,
    `\`${key}\` is an integer from ${min} to ${max}.`,
  );
  return value;
}

function text(given: Record<string, unknown>, key: string): string {
  const value = given[key] ?? '';
  check(typeof value === 'string', CODE, `\`${key}\` is a string.`);
  return value;
}

function offsetOf(offset: unknown): string {
  const usable = offset === 'latest' || offset === 'earliest' || /^\d{13}$/.test(String(offset));
  check(usable, CODE, '`offset` is latest, earliest or a time in milliseconds.');
  return String(offset);
}

/** A time in the past is near enough to the earliest for what is played here. */
function startOf(offset: string, nowMs: number): 'earliest' | 'latest' {
  if (offset === 'latest' || offset === 'earliest') return offset;
  return Number(offset) < nowMs ? 'earliest' : 'latest';
}
