/** Starts the benchmark's source and sink, one process each, and measures what they can do alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { syntheticContent } from './content.ts';
import { rawLoad } from './load.ts';
import { CPU_PATH } from './listen.ts';

export interface BenchServer {
  readonly port: number;
  /** CPU time the server has used so far. */
  cpuMicros(): Promise<number>;
}

export interface BenchServers {
  readonly source: BenchServer;
  readonly sink: BenchServer;
  close(): Promise<void>;
}

export interface AloneRate {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  /** CPU time of the server, per request. */
  readonly cpuMicrosPerRequest: number;
}

export interface ServersAlone {
  readonly get4k: AloneRate;
  readonly put4k: AloneRate;
  readonly get8m: AloneRate;
  readonly put8m: AloneRate;
}

/** The built servers lie beside the calling module, as `bench-source.js` and `bench-sink.js`. */
export async function startServers({
  directory = new URL('.', import.meta.url),
  sinkArgs = [] as readonly string[],
} = {}): Promise<BenchServers> {
  const children: ChildProcess[] = [];
  const start = async (name: string, args: readonly string[] = []): Promise<BenchServer> => {
    const child = spawn(process.execPath, [fileURLToPath(new URL(name, directory)), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    return server(await announcedPort(child));
  };
  const [source, sink] = await Promise.all([start('bench-source.js'), start('bench-sink.js', sinkArgs)]);
  const close = async (): Promise<void> => {
    await Promise.all(children.map((child) => stopped(child)));
  };
  return { source, sink, close };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

async function announcedPort(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('a server without stdout');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString().trim());
}

function server(port: number): BenchServer {
  return {
    port,
    cpuMicros: async () => {
      const answer = await fetch(`http://127.0.0.1:${String(port)}${CPU_PATH}`);
      return ((await answer.json()) as { cpuMicros: number }).cpuMicros;
    },
  };
}

/** What source and sink answer to a client that costs next to nothing itself: the ceiling of every benchmark. */
export async function serversAlone({ source, sink }: BenchServers): Promise<ServersAlone> {
  const part = (await syntheticContent()).block;
  const small = part.subarray(0, 4096);
  const get = 'GET /object-000000000.bin HTTP/1.1\r\nHost:';
  return {
    get4k: await measured(source, 100_000, 4096, [`${get} small4k-100.oss-cn-hangzhou.aliyuncs.com\r\n\r\n`]),
    put4k: await measured(sink, 100_000, 4096, [putHead(4096), small]),
    get8m: await measured(source, 200, 8 << 20, [`${get} small8m-1.oss-cn-hangzhou.aliyuncs.com\r\n\r\n`]),
    put8m: await measured(sink, 200, 8 << 20, [putHead(part.length), part]),
  };
}

function putHead(bytes: number): string {
  return `PUT /alone.bin HTTP/1.1\r\nHost: bench-1250000000.cos.ap-guangzhou.myqcloud.com\r\nContent-Length: ${String(bytes)}\r\n\r\n`;
}

async function measured(
  target: BenchServer,
  requests: number,
  objectBytes: number,
  parts: readonly (string | Buffer)[],
): Promise<AloneRate> {
  const request = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const depth = objectBytes > 65_536 ? 1 : 16;
  const load = { port: target.port, request, connections: 8, depth };
  await rawLoad({ ...load, requests: Math.ceil(requests / 10) });
  const before = await target.cpuMicros();
  const startedAt = performance.now();
  const done = await rawLoad({ ...load, requests });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    requestsPerSecond: done / seconds,
    bytesPerSecond: (done * objectBytes) / seconds,
    cpuMicrosPerRequest: ((await target.cpuMicros()) - before) / done,
  };
}
