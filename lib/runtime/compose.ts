/** The ports of a deployed function, made once an instance from its environment. */
import { join } from 'node:path';
import { openSqliteQueue } from '../adapters/sqlite/queue.ts';
import { openSqliteTable } from '../adapters/sqlite/table.ts';
import type { CopyPorts } from '../app/copy-ports.ts';
import { Semaphore } from '../app/lanes.ts';
import { OpenTasks } from '../app/open-tasks.ts';
import type { PlanPorts } from '../app/plan-range.ts';
import type { ReporterPorts } from '../app/reporter-ports.ts';
import { UserError } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import { systemClock, systemDice } from './clock.ts';
import { readCredentials } from './environment.ts';
import type { Composition } from './handlers.ts';
import { FUNCTION } from './limits.ts';
import { jsonLog } from './log.ts';
import { connectStores } from './stores.ts';

export type Ports = PlanPorts & CopyPorts & ReporterPorts;

let made: Promise<Ports> | undefined;

export const functionLog: Log = jsonLog(process.stdout);

/** The same for every invocation of an instance; a failure is not kept, so that the next invocation tries again. */
export async function composeInstance(): Promise<Composition<Ports>> {
  made ??= openPorts(process.env).catch((error: unknown) => {
    made = undefined;
    throw error;
  });
  return { ports: await made, signal: new AbortController().signal };
}

async function openPorts(env: Readonly<Record<string, string | undefined>>): Promise<Ports> {
  const directory = env.OSS2COS_STATE_DIR;
  if (directory === undefined || directory === '') {
    throw new UserError(
      'no engines are configured: set OSS2COS_STATE_DIR to a directory for the embedded queue and table',
    );
  }
  const clock = systemClock;
  const dice = systemDice;
  const path = join(directory, 'functions.db');
  const stores = connectStores({
    credentials: () => readCredentials(env),
    clock,
    dice,
    connectionsMax: FUNCTION.connectionsMax,
  });
  return {
    stores,
    tasks: new OpenTasks(stores, clock),
    table: await openSqliteTable(path, clock),
    queue: await openSqliteQueue(path, {
      clock,
      dice,
      leaseMs: FUNCTION.leaseMs,
      pollMs: FUNCTION.pollMs,
      handlerErrorLog: functionLog,
    }),
    clock,
    dice,
    log: functionLog,
    parts: new Semaphore(FUNCTION.partsInFlight),
    lanes: FUNCTION.lanes,
    sweep: FUNCTION.sweep,
  };
}
