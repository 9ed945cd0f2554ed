/** Runs the soak for people: settings, the figures, and a round on a lossy network where the machine allows it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { soak, type SoakResult } from './soak.ts';

const OPTIONS = {
  minutes: { type: 'string', default: '3' },
  seed: { type: 'string', default: '1' },
  /** Set for the process that runs inside a namespace. */
  inside: { type: 'boolean', default: false },
} as const;
const MINUTES_MAX = 24 * 60;
const MIB = 1024 * 1024;
/** Of loopback in a namespace of its own: a bad line between two continents. */
const LOSSY = 'ip link set lo up && tc qdisc add dev lo root netem delay 10ms 5ms loss 1%';

/** Answers the exit status. */
export async function runSoak(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
  if (!(minutes > 0 && minutes <= MINUTES_MAX) || !Number.isInteger(seed)) {
    say(`--minutes wants a number up to ${String(MINUTES_MAX)}, --seed a whole number`);
    return 1;
  }
  const result = await soak({ stormMs: minutes * 60_000, seed });
  tell(result, seed);
  const lossy = values.inside ? 0 : await lossyRound(minutes, seed);
  return result.problems.length === 0 && lossy === 0 ? 0 : 1;
}

/** A quarter of the time in a network namespace with loss and delay. */
async function lossyRound(minutes: number, seed: number): Promise<number> {
  if ((await inNamespace('true')) !== 0) {
    say('a lossy network was left out: this machine has no unshare -rn with tc netem');
    return 0;
  }
  say('\nthe same on a network that delays 10 ms and loses 1 %:');
  const program = fileURLToPath(import.meta.resolve('./soak.js'));
  const again = `--inside --minutes ${String(minutes / 4)} --seed ${String(seed)}`;
  return inNamespace(`exec '${process.execPath}' '${program}' ${again}`);
}

async function inNamespace(command: string): Promise<number> {
  const stderr = command === 'true' ? 'ignore' : 'inherit';
  const child = spawn('unshare', ['-rn', 'sh', '-c', `${LOSSY} && ${command}`], {
    stdio: ['ignore', 'inherit', stderr],
  });
  const [status] = (await Promise.race([once(child, 'close'), once(child, 'error').then(() => [1])])) as [
    number | null,
  ];
  return status ?? 1;
}

function tell(result: SoakResult, seed: number): void {
  const { faults, memory, kills, objects, sourceBytes, bytesRead, tasks, problems } = result;
  const struck = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const again = Math.max(0, bytesRead - sourceBytes * tasks);
  say(`seed ${String(seed)}: ${String(objects)} objects, ${mib(sourceBytes)}, ${String(tasks)} tasks`);
  say(`faults: ${String(struck)}: ${JSON.stringify(faults)}`);
  say(`kill -9: ${String(kills)}; ended with an error and started again: ${String(result.errors)}`);
  say(
    `source: ${String(result.changes)} objects changed, ${String(result.removals)} vanished; paused ${String(result.pauses)}`,
  );
  say(
    `moved again, for deaths and faults together: ${mib(again)}, ${mib(again / Math.max(1, kills))} a death`,
  );
  say(`uploads that deaths left behind: ${String(result.uploadsLeft)}`);
  const growth = memory.growthMib === undefined ? 'too short to tell' : `${memory.growthMib.toFixed(1)} MiB`;
  say(
    `memory of the longest life: at most ${memory.maxMib.toFixed(0)} MiB, growth after the warm-up ${growth}`,
  );
  say(problems.length === 0 ? 'no difference' : `${String(problems.length)} DIFFERENCES`);
  for (const problem of problems.slice(0, 50)) say(`  - ${problem}`);
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
