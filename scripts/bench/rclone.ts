/** rclone on the same servers, tuned: the rate to beat. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Cost } from './cost.ts';
import type { Load } from './figures.ts';
import type { BenchServers } from './servers.ts';

const TUNED = [
  ...['--s3-no-head', '--use-server-modtime', '--s3-no-check-bucket', '--s3-v2-auth'],
  ...['--transfers', '64', '--checkers', '64', '--s3-upload-concurrency', '8', '--s3-chunk-size', '8Mi'],
];

/** Copies a whole bucket of the source; undefined where there is no rclone. */
export async function rcloneCopy(
  servers: BenchServers,
  { bucket, objects, bytes }: Load,
): Promise<Cost | undefined> {
  const command = ['rclone', 'copy', `src:${bucket}`, `dst:rclone/${bucket}`, ...TUNED].join(' ');
  // `times` tells the CPU time of the shell's children, which Node cannot.
  const script = `command -v rclone >/dev/null || exit 127; ${command} || exit 1; times`;
  const startedAt = performance.now();
  const child = spawn('sh', ['-c', script], {
    env: environment(servers),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 127) return undefined;
  if (status !== 0) throw new Error(`rclone failed: ${String(status)}`);
  const seconds = (performance.now() - startedAt) / 1000;
  return { objects, bytes, seconds, cpuSeconds: childrenSeconds(output), rssBytesMax: 0 };
}

function environment({ source, sink }: BenchServers): NodeJS.ProcessEnv {
  // rclone 1.60 fails on a bundle it did not expect.
  const { AWS_CA_BUNDLE: _, ...inherited } = process.env;
  return {
    ...inherited,
    RCLONE_CONFIG: '/dev/null',
    ...remote('SRC', source.port),
    ...remote('DST', sink.port),
  };
}

function remote(name: string, port: number): Record<string, string> {
  const settings = {
    TYPE: 's3',
    PROVIDER: 'Other',
    ACCESS_KEY_ID: 'bench',
    SECRET_ACCESS_KEY: 'bench',
    ENDPOINT: `http://127.0.0.1:${String(port)}`,
    FORCE_PATH_STYLE: 'true',
  };
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`RCLONE_CONFIG_${name}_${key}`, value]),
  );
}

/** The second line of `times`: `0m5.260s 0m1.160s`. */
function childrenSeconds(output: string): number {
  const line = output.trim().split('\n').at(-1) ?? '';
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
