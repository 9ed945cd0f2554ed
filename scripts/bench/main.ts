/** The benchmark itself: each contender in a process of its own, in turn, on servers that are not the bottleneck. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { child } from './child.ts';
import type { Cost } from './cost.ts';
import { type Bench, type Contender, type Costs, type Load, type LoadName, LOADS } from './figures.ts';
import { rcloneCopy } from './rclone.ts';
import { type BenchServers, type ServersAlone, serversAlone, startServers } from './servers.ts';
import { renderTable } from './table.ts';

export async function runBench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'string' }, rounds: { type: 'string', default: '3' } },
  });
  const costs: Costs = { small4k: {}, small64k: {}, large: {} };
  let alone: ServersAlone | undefined;
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const load of Object.keys(LOADS) as LoadName[]) {
      // New servers for each round and load: a sink that holds what another contender wrote would be no fair start.
      const servers = await startServers();
      alone ??= await serversAlone(servers);
      for (const contender of ['oss2cos', 'sdk', 'rclone'] as const) {
        process.stderr.write(`${load}: ${contender}, round ${String(round + 1)}\n`);
        keepBest(costs[load], contender, await run(contender, servers, LOADS[load]));
      }
      await servers.close();
    }
  }
  if (alone === undefined) throw new RangeError('--rounds must be at least 1');
  const bench: Bench = { serversAlone: alone, costs, ratios: ratiosOf(costs) };
  process.stdout.write(renderTable(bench));
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(bench, null, 2));
}

/** The fastest of the rounds: the machine's other work only ever slows a run down. */
function keepBest(costs: Costs[LoadName], contender: Contender, cost: Cost | undefined): void {
  const best = costs[contender];
  if (cost !== undefined && (best === undefined || cost.seconds < best.seconds)) costs[contender] = cost;
}

async function run(contender: Contender, servers: BenchServers, load: Load): Promise<Cost | undefined> {
  if (contender === 'oss2cos') return child('ours', servers, load.bucket);
  if (contender === 'sdk') return child('sdks', servers, load.bucket);
  return rcloneCopy(servers, load);
}

function ratiosOf(costs: Costs): Bench['ratios'] {
  const ratio = (load: LoadName, peer: 'rclone' | 'sdk'): number | undefined => {
    const [ours, theirs] = [costs[load].oss2cos, costs[load][peer]];
    return ours === undefined || theirs === undefined
      ? undefined
      : ours.objects / ours.seconds / (theirs.objects / theirs.seconds);
  };
  const of = (load: LoadName) => {
    const [rclone, sdk] = [ratio(load, 'rclone'), ratio(load, 'sdk')];
    return { ...(rclone === undefined ? {} : { rclone }), ...(sdk === undefined ? {} : { sdk }) };
  };
  return { small4k: of('small4k'), small64k: of('small64k'), large: of('large') };
}
