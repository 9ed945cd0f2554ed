/** What a script does: list with ali-oss, then getStream and putObject with the two SDKs in a loop, as many at once as oss2cos has; large objects in parts. */
import OSS from 'ali-oss';
import COS from 'cos-nodejs-sdk-v5';
import { measured } from './cost.ts';

const IN_FLIGHT = 64;
const PARTS_IN_FLIGHT = 8;
const PART_BYTES = 8 * 1024 * 1024;
const TARGET = { Bucket: 'sdks-1250000000', Region: 'ap-guangzhou' };

interface Listed {
  readonly name: string;
  readonly size: number;
}

async function run(sourcePort: string, sinkPort: string, bucket: string): Promise<void> {
  const oss = new OSS({
    accessKeyId: 'bench',
    accessKeySecret: 'bench',
    bucket,
    region: 'oss-cn-hangzhou',
    endpoint: `http://127.0.0.1:${sourcePort}`,
    timeout: 60_000,
  });
  const cos = new COS({
    SecretId: 'bench',
    SecretKey: 'bench',
    Protocol: 'http:',
    Domain: `127.0.0.1:${sinkPort}`,
    KeepAlive: true,
    FileParallelLimit: IN_FLIGHT,
    ChunkParallelLimit: PARTS_IN_FLIGHT,
  });
  const cost = await measured(async () => {
    const objects = await listAll(oss);
    await inLanes(IN_FLIGHT, objects, (object) =>
      object.size > 8 * PART_BYTES ? copyLarge(oss, cos, object) : copySmall(oss, cos, object),
    );
    return { objects: objects.length, bytes: objects.reduce((sum, { size }) => sum + size, 0) };
  });
  process.stdout.write(JSON.stringify(cost) + '\n');
  process.exit(0); // the SDKs' agents keep their sockets
}

async function listAll(oss: OSS): Promise<Listed[]> {
  const found: Listed[] = [];
  for (;;) {
    const after = found.at(-1)?.name;
    const query = { 'max-keys': '1000', ...(after === undefined ? {} : { 'start-after': after }) };
    const page = (await oss.listV2(query, {})) as { objects?: Listed[]; isTruncated: boolean };
    found.push(...(page.objects ?? []));
    if (!page.isTruncated) return found;
  }
}

async function copySmall(oss: OSS, cos: COS, { name }: Listed): Promise<void> {
  const { content } = (await oss.get(name)) as { content: Buffer };
  await cos.putObject({ ...TARGET, Key: name, Body: content });
}

async function copyLarge(oss: OSS, cos: COS, { name, size }: Listed): Promise<void> {
  const { UploadId } = await cos.multipartInit({ ...TARGET, Key: name });
  const numbers = Array.from({ length: Math.ceil(size / PART_BYTES) }, (_, i) => i + 1);
  const parts: { PartNumber: number; ETag: string }[] = [];
  await inLanes(PARTS_IN_FLIGHT, numbers, async (PartNumber) => {
    const from = (PartNumber - 1) * PART_BYTES;
    const to = Math.min(size, from + PART_BYTES);
    const { stream } = (await oss.getStream(name, {
      headers: { Range: `bytes=${String(from)}-${String(to - 1)}` },
    })) as unknown as { stream: NodeJS.ReadableStream };
    const { ETag } = await cos.multipartUpload({
      ...TARGET,
      Key: name,
      UploadId,
      PartNumber,
      Body: stream as never,
      ContentLength: to - from,
    });
    parts.push({ PartNumber, ETag });
  });
  parts.sort((a, b) => a.PartNumber - b.PartNumber);
  await cos.multipartComplete({ ...TARGET, Key: name, UploadId, Parts: parts });
}

async function inLanes<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const [sourcePort = '', sinkPort = '', bucket = ''] = process.argv.slice(2);
await run(sourcePort, sinkPort, bucket);
