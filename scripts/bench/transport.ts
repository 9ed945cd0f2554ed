/** What the transport alone can do between the benchmark's servers: the ceiling of the copier built on it. */
import { type HttpClient, type HttpResponse, httpClient } from '../../lib/adapters/http/index.ts';
import type { BenchServer, BenchServers } from './servers.ts';

const PART_BYTES = 8 * 1024 * 1024;
const SMALL_BYTES = 4096;
const TARGET_HOST = 'bench-1250000000.cos.ap-guangzhou.myqcloud.com';
/** Free part buffers: made once, used for good. */
const partBuffers: Buffer[] = [];
const COMMON = { signal: new AbortController().signal, timeoutMs: 30_000, headers: [] };

export interface CopyRate {
  readonly objectsPerSecond: number;
  readonly bytesPerSecond: number;
  /** CPU time of the copier's process alone. */
  readonly cpuMicrosPerObject: number;
  readonly cpuSecondsPerGiB: number;
}

/** GET and PUT of objects of 4 KiB. */
export function copySmall(servers: BenchServers, objects: number, inFlight = 64): Promise<CopyRate> {
  const host = `small4k-${String(objects)}.oss-cn-hangzhou.aliyuncs.com`;
  return copied(servers, { host, inFlight, objects, bytes: SMALL_BYTES }, async (source, target, index) => {
    const path = `/object-${String(index).padStart(9, '0')}.bin`;
    const read = await source.request({ ...COMMON, method: 'GET', path });
    const wrote = await target.request({ ...COMMON, method: 'PUT', path, body: bytesOf(read) });
    if (wrote.header('x-cos-hash-crc64ecma') !== read.header('x-oss-hash-crc64ecma')) throw new Error(path);
  });
}

/** Ranged GET and UploadPart of one large object, in parts of 8 MiB. */
export function copyLarge(servers: BenchServers, parts: number, inFlight = 8): Promise<CopyRate> {
  const host = `large-1x${String(parts * 8)}m.oss-cn-hangzhou.aliyuncs.com`;
  let uploadId: Promise<string> | undefined;
  return copied(
    servers,
    { host, inFlight, objects: parts, bytes: PART_BYTES },
    async (source, target, index) => {
      uploadId ??= initiated(target);
      const into = partBuffers.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
      const from = index * PART_BYTES;
      const headers = ['Range', `bytes=${String(from)}-${String(from + PART_BYTES - 1)}`];
      const read = await source.request({
        ...COMMON,
        method: 'GET',
        path: '/object-000000000.bin',
        headers,
        into,
      });
      const path = `/large.bin?partNumber=${String(index + 1)}&uploadId=${await uploadId}`;
      const wrote = await target.request({ ...COMMON, method: 'PUT', path, body: bytesOf(read) });
      if (read.status !== 206 || wrote.status !== 200) throw new Error(`${path}: ${String(wrote.status)}`);
      partBuffers.push(into);
    },
  );
}

interface Job {
  readonly host: string;
  readonly inFlight: number;
  readonly objects: number;
  readonly bytes: number;
}

type CopyOne = (source: HttpClient, target: HttpClient, index: number) => Promise<void>;

async function copied(servers: BenchServers, job: Job, copyOne: CopyOne): Promise<CopyRate> {
  const source = clientOf(servers.source, job.host, job.inFlight);
  const target = clientOf(servers.sink, TARGET_HOST, job.inFlight);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < job.objects) await copyOne(source, target, next++);
  };
  await Promise.all(Array.from({ length: job.inFlight }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await Promise.all([source.close(), target.close()]);
  return {
    objectsPerSecond: job.objects / seconds,
    bytesPerSecond: (job.objects * job.bytes) / seconds,
    cpuMicrosPerObject: (user + system) / job.objects,
    cpuSecondsPerGiB: (user + system) / 1e6 / ((job.objects * job.bytes) / 2 ** 30),
  };
}

function clientOf({ port }: BenchServer, host: string, connectionsMax: number): HttpClient {
  const target = { origin: `http://127.0.0.1:${String(port)}`, host };
  return httpClient(target, { connectionsMax, connectTimeoutMs: 5000 });
}

function bytesOf({ status, body }: HttpResponse): Buffer {
  if (status >= 300 || body.kind !== 'bytes') throw new Error(`status ${String(status)}, ${body.kind}`);
  return body.bytes;
}

async function initiated(target: HttpClient): Promise<string> {
  const answer = await target.request({ ...COMMON, method: 'POST', path: '/large.bin?uploads' });
  return /<UploadId>(.*)<\/UploadId>/.exec(bytesOf(answer).toString())?.[1] ?? '';
}
