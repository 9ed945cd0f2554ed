/** Opens Kafka, and MySQL where it is needed, for the length of one command. Loaded when needed: other commands start without them. */
import type { KafkaQueue } from '../../adapters/kafka/queue.ts';
import type { Log } from '../../ports/log.ts';
import { Sharing } from '../../app/sharing.ts';
import type { Stores } from '../../ports/stores.ts';
import type { Table } from '../../ports/table.ts';
import { kafkaSettings, mysqlSettings } from '../engines.ts';
import { cosCredentials, credentialsIn, ossCredentials } from '../environment.ts';
import { copyingPart, planningPart } from '../parts-of-limits.ts';
import { Settings } from '../settings.ts';
import type { CliContext } from './context.ts';

export interface EngineNeeds {
  readonly source: boolean;
  readonly table: boolean;
  /** To each bucket. */
  readonly connectionsMax: number;
  readonly log: Log;
}

export interface Engines {
  readonly queue: KafkaQueue;
  /** Undefined where it was not asked for. */
  readonly table: Table | undefined;
  /** Under all of a task's limits. */
  readonly stores: Stores;
  /** Under a worker's part of them: its partitions' shares for copying, a small part for planning. */
  readonly copying: Stores;
  readonly planning: Stores;
  readonly sharing: Sharing;
}

/** Throws `UserError` naming everything that the environment lacks, before anything is connected to. */
export async function withEngines<T>(
  io: CliContext,
  needs: EngineNeeds,
  use: (engines: Engines) => Promise<T>,
): Promise<T> {
  const { clock, dice } = io;
  const { connectionsMax, log } = needs;
  const { kafka, mysql } = settingsOf(io, needs);
  const { openKafkaQueue } = await import('../../adapters/kafka/queue.ts');
  const queue = await openKafkaQueue({ ...kafka, clientId: 'oss2cos', clock, dice, log });
  const connection = { credentials: credentialsIn(io.env), connectionsMax };
  const stores = io.openStores(connection);
  const sharing = new Sharing({
    ...{ clock, dice },
    held: () => queue.share('segments'),
    usage: (taskId) => copying.usage(taskId),
  });
  const copying = io.openStores({ ...connection, partOf: (taskId) => copyingPart(sharing.partOf(taskId)) });
  const planning = io.openStores({ ...connection, partOf: () => planningPart(queue.share('ranges')) });
  let table: Table | undefined;
  try {
    if (mysql !== undefined) {
      const { openMysqlTable } = await import('../../adapters/mysql/table.ts');
      table = await openMysqlTable({ ...mysql, clock, dice, log });
    }
    return await use({ queue, table, stores, copying, planning, sharing });
  } finally {
    const all = [stores, copying, planning].map((each) => each.close());
    await Promise.allSettled([queue.close(), table?.close(), ...all]);
  }
}

function settingsOf({ env }: CliContext, needs: EngineNeeds) {
  const settings = new Settings(env);
  if (needs.source) ossCredentials(settings);
  cosCredentials(settings);
  const kafka = kafkaSettings(settings);
  const mysql = needs.table ? mysqlSettings(settings) : undefined;
  settings.check('the environment lacks settings:');
  return { kafka, mysql };
}
