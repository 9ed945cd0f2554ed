/** What serverless.yml may not say although its shape is right: found before anything is built or asked, and told all at once. */
import { TOPICS } from '../../lib/core/messages.ts';
import { CKAFKA, CKAFKA_TRIGGER, CLS, SCF } from '../../lib/core/platform.ts';
import { cronMistake } from './cron.ts';
import { FUNCTION_KEYS, isFunctionKey } from './names.ts';
import type { FunctionSettings, Settings, TriggerSettings } from './settings.ts';

/** An invocation begins no segment with less than 60 s left (lib/app/copy-segment.ts), of which the margins take their part. */
const TRIGGERED_TIMEOUT_S_MIN = 90;
const RESERVED_PREFIXES = ['SCF_', 'QCLOUD_', 'TENCENTCLOUD_'];
const SECRET_LIKE = /SECRET|PASSWORD|TOKEN/;

export function mistakesIn(settings: Settings): string[] {
  return [
    ...keyMistakes(settings),
    ...kafkaMistakes(settings),
    ...quotaMistakes(settings),
    ...settings.functions.flatMap((fn) => functionMistakes(fn, settings)),
  ];
}

function* keyMistakes({ functions, names, logRetentionDays }: Settings): Generator<string> {
  const missing = FUNCTION_KEYS.filter((key) => !functions.some((fn) => fn.key === key));
  if (missing.length > 0) yield `functions: ${missing.join(', ')} is missing; the three work together`;
  for (const { key } of functions)
    if (!isFunctionKey(key)) yield `functions.${key}: there are only ${FUNCTION_KEYS.join(', ')}`;
  if (names.mark.length > CKAFKA.topicNoteCharsMax)
    yield `service and stage: ${names.stack} is too long by ${names.mark.length - CKAFKA.topicNoteCharsMax}`;
  if (logRetentionDays > CLS.retentionDaysMax)
    yield `provider.logs.retentionDays: at most ${CLS.retentionDaysMax}`;
}

function* kafkaMistakes({ kafka, functions }: Settings): Generator<string> {
  const { replicas, retentionMs, partitions, access } = kafka;
  if (replicas > CKAFKA.replicasMax) yield `provider.kafka.replicas: at most ${CKAFKA.replicasMax}`;
  if (retentionMs < CKAFKA.retentionMsMin || retentionMs > CKAFKA.retentionMsMax)
    yield `provider.kafka.retentionMs: ${CKAFKA.retentionMsMin} to ${CKAFKA.retentionMsMax}`;
  for (const topic of TOPICS)
    if (partitions[topic] > CKAFKA.partitionsMax)
      yield `provider.kafka.partitions.${topic}: at most ${CKAFKA.partitionsMax}`;
  if (
    access !== undefined &&
    !access.brokers.split(',').every((broker) => /^\s*[^\s:]+:\d{1,5}\s*$/.test(broker))
  )
    yield 'provider.kafka.access.brokers: host:port, several with commas between';
  for (const { key, inVpc } of functions)
    if (!inVpc && access === undefined)
      yield `functions.${key}.vpc: outside the VPC it reaches Kafka only through provider.kafka.access; set that, or leave it in the VPC`;
}

/** Reserved concurrency is counted in memory, over all functions of the region. */
function* quotaMistakes({ functions, region }: Settings): Generator<string> {
  const { large, other, unreserved } = SCF.concurrencyQuotaMb;
  const isLarge = (SCF.largeRegions as readonly string[]).includes(region);
  const freeMb = (isLarge ? large : other) - unreserved;
  const askedMb = functions.reduce((sum, fn) => sum + (fn.reservedConcurrency ?? 0) * fn.memoryMb, 0);
  if (askedMb > freeMb)
    yield `reservedConcurrency: ${askedMb} MB over all functions (instances × memory); ${region === '' ? 'the region' : region} lets ${freeMb} MB be reserved`;
}

function functionMistakes(fn: FunctionSettings, settings: Settings): string[] {
  const own = [...sizeMistakes(fn), ...environmentMistakes(fn, settings)];
  const triggers = fn.triggers.flatMap((trigger) => [...triggerMistakes(fn, trigger)]);
  const topics = fn.triggers.flatMap((trigger) => (trigger.kind === 'ckafka' ? [trigger.topic] : []));
  const doubled = topics.length === new Set(topics).size ? [] : ['events: one ckafka event a topic'];
  return [...own, ...triggers, ...doubled].map((mistake) => `functions.${fn.key}.${mistake}`);
}

function* sizeMistakes({ memoryMb, timeoutS, handler, name }: FunctionSettings): Generator<string> {
  const { memoryMbMin, memoryMbStep, memoryMbMax, timeoutSMax } = SCF;
  if (memoryMb !== memoryMbMin && (memoryMb % memoryMbStep !== 0 || memoryMb > memoryMbMax))
    yield `memorySize: ${memoryMb} MB; SCF has ${memoryMbMin} MB, then ${memoryMbStep} to ${memoryMbMax} MB in steps of ${memoryMbStep}`;
  if (timeoutS > timeoutSMax) yield `timeout: at most ${timeoutSMax} s`;
  if (!/^[\w./-]+\.main_handler$/.test(handler)) yield 'handler: <path without .ts>.main_handler';
  if (!/^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$/.test(name))
    yield `name: ${name} is not 2 to 60 letters, digits, - and _, beginning with a letter and ending without - and _`;
}

function* environmentMistakes(
  { environment, secrets }: FunctionSettings,
  settings: Settings,
): Generator<string> {
  const names = [...Object.keys(environment), ...secrets.map((secret) => secret.name)];
  for (const name of names)
    if (RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)))
      yield `environment: ${name} begins with a prefix that SCF keeps for itself (${RESERVED_PREFIXES.join(', ')})`;
  for (const name of Object.keys(environment))
    if (SECRET_LIKE.test(name))
      yield `environment: ${name} looks like a secret; name it under secrets, then deploy takes it from its own environment and never prints it`;
  if (settings.ssm !== undefined && 'OSS2COS_SSM_SECRET' in environment)
    yield 'environment: OSS2COS_SSM_SECRET follows from provider.ssm';
}

function* triggerMistakes(fn: FunctionSettings, trigger: TriggerSettings): Generator<string> {
  if (trigger.kind === 'timer') {
    const mistake = cronMistake(trigger.cron);
    if (mistake !== undefined) yield `events.timer.cron: "${trigger.cron}" ${mistake}`;
    return;
  }
  const { topic, batch, waitS } = trigger;
  const { maxMsgNumMax, timeOutSMin, timeOutSMax } = CKAFKA_TRIGGER;
  if (topic !== 'results' && fn.timeoutS < TRIGGERED_TIMEOUT_S_MIN)
    yield `timeout: at least ${TRIGGERED_TIMEOUT_S_MIN} s with a trigger on ${topic}: an invocation with less than 60 s left begins no work and only hands the message on`;
  if (batch > maxMsgNumMax) yield `events.ckafka.batch: at most ${maxMsgNumMax}`;
  if (waitS < timeOutSMin || waitS > timeOutSMax)
    yield `events.ckafka.waitS: ${timeOutSMin} to ${timeOutSMax}`;
}
