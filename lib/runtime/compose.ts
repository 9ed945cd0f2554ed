/**
 * The ports of a deployed function, made once an instance from its environment. One function each, so that a bundle
 * holds no more than its own: the copy function knows no database.
 */
import { openKafkaQueue } from '../adapters/kafka/queue.ts';
import { openMysqlTable } from '../adapters/mysql/table.ts';
import { Sharing } from '../app/sharing.ts';
import { Sightings } from '../app/sightings.ts';
import type { CopyPorts } from '../app/copy-ports.ts';
import { Semaphore } from '../app/lanes.ts';
import { OpenTasks } from '../app/open-tasks.ts';
import type { PlanPorts } from '../app/plan-range.ts';
import type { ReporterPorts } from '../app/reporter-ports.ts';
import type { Log } from '../ports/log.ts';
import { systemClock as clock, systemDice as dice } from './clock.ts';
import { kafkaSettings, mysqlSettings } from './engines.ts';
import { redactedStream, redactor } from './cli/redact.ts';
import { cosCredentials, credentialsIn, ossCredentials, secretsOf } from './environment.ts';
import type { Compose } from './handlers.ts';
import { FUNCTION } from './limits.ts';
import { jsonLog } from './log.ts';
import { addSecrets } from './secrets.ts';
import { Settings } from './settings.ts';
import { copyingPart, HeldByInvocation, planningPart } from './parts-of-limits.ts';
import { connectStores, type StoresOptions } from './stores.ts';

const { env } = process;
/** Secrets are looked up at each line: those of Secrets Manager come later than this. */
export const functionLog: Log = jsonLog(
  redactedStream(process.stdout, (text) => redactor(secretsOf(env))(text)),
);
const log = functionLog;

/** The same ports for every invocation of an instance; a failure is not kept, so that the next invocation tries again. */
export function onceAnInstance<P>(open: (settings: Settings) => Promise<P>): Compose<P> {
  const { signal } = new AbortController();
  let opened: Promise<P> | undefined;
  return async () => {
    await addSecrets(env, clock.now());
    opened ??= open(new Settings(env)).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return { ports: await opened, signal };
  };
}

export async function openPlanner(settings: Settings): Promise<PlanPorts> {
  ossCredentials(settings);
  cosCredentials(settings);
  const mysql = mysqlSettings(settings);
  const all = partitionsOf(settings, 'OSS2COS_PLANNER_PARTITIONS');
  const part = planningPart({ partitions: [0], all });
  const common = await openCommon(settings, () => part);
  return { ...common, table: await openMysqlTable({ ...mysql, clock, dice, log }) };
}

export async function openCopy(settings: Settings): Promise<CopyPorts> {
  ossCredentials(settings);
  cosCredentials(settings);
  const held = new HeldByInvocation(partitionsOf(settings, 'OSS2COS_COPY_PARTITIONS'));
  const sharing = new Sharing({
    ...{ clock, dice },
    held: () => held.now,
    usage: (taskId) => common.stores.usage(taskId),
  });
  const common = await openCommon(settings, (taskId) => copyingPart(sharing.partOf(taskId)));
  return {
    ...common,
    sharing,
    holds: (partitions) => {
      held.take(partitions);
    },
    tasks: new OpenTasks(common.stores, clock),
    parts: new Semaphore(FUNCTION.partsInFlight),
    lanes: FUNCTION.lanes,
  };
}

/** Has no key of the source. */
export async function openReporter(settings: Settings): Promise<ReporterPorts> {
  cosCredentials(settings);
  const mysql = mysqlSettings(settings);
  const common = await openCommon(settings);
  const table = await openMysqlTable({ ...mysql, clock, dice, log });
  return { ...common, table, sweep: FUNCTION.sweep, sightings: new Sightings() };
}

/** Of a topic, as deploy knows. */
function partitionsOf(settings: Settings, name: string): number {
  return settings.wholeNumber(name, 1, { from: 1, to: 100_000 });
}

/** Throws `UserError` naming everything that is missing, of what was read before too. */
async function openCommon(settings: Settings, partOf?: StoresOptions['partOf']) {
  const kafka = kafkaSettings(settings);
  settings.check('the function’s environment lacks settings:');
  const stores = connectStores({
    credentials: credentialsIn(env),
    clock,
    dice,
    connectionsMax: FUNCTION.connectionsMax,
    ...(partOf === undefined ? {} : { partOf }),
  });
  const queue = await openKafkaQueue({ ...kafka, clientId: 'oss2cos', clock, dice, log });
  return { stores, queue, clock, dice, log };
}
