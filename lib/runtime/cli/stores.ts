/** Opens the stores for the length of one command. */
import type { Stores } from '../../ports/stores.ts';
import { credentialsIn, requireCredentials } from '../environment.ts';
import { ONE_PROCESS } from '../limits.ts';
import type { CliContext } from './context.ts';

/** Requests beside those of objects under way: listing, manifests, results, report. */
export const SPARE_CONNECTIONS = ONE_PROCESS.rangesInFlight + 16;
const FEW_CONNECTIONS = 4;

/** Throws `UserError` naming every credential that is missing, before anything is asked of a store. */
export async function withStores<T>(
  io: CliContext,
  concurrency: number,
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  requireCredentials(io.env);
  const connectionsMax = concurrency + ONE_PROCESS.partsInFlight + SPARE_CONNECTIONS;
  return opened(io, { credentials: credentialsIn(io.env), connectionsMax }, use);
}

/** For commands that look at a task's state objects alone: they need no keys of the source. */
export async function withState<T>(io: CliContext, use: (stores: Stores) => Promise<T>): Promise<T> {
  const credentials = credentialsIn(io.env);
  credentials.cos();
  return opened(io, { credentials, connectionsMax: FEW_CONNECTIONS }, use);
}

async function opened<T>(
  io: CliContext,
  options: Parameters<CliContext['openStores']>[0],
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores = io.openStores(options);
  try {
    return await use(stores);
  } finally {
    await stores.close();
  }
}
