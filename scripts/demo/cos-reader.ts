/** Reads the target bucket with the vendor's own SDK, over HTTP, so that nothing of this project vouches for itself. */
import { Writable } from 'node:stream';
import COS from 'cos-nodejs-sdk-v5';
import { type Crc64, loadCrc64 } from '../../test/standins/kernel/crc64.ts';
import { ENVIRONMENT, TARGET } from '../../test/support/migration.ts';

/** One object as the SDK reads it. */
export interface TargetObject {
  readonly key: string;
  readonly size: number;
  /** Computed from the bytes read. */
  readonly crc64: string;
  /** Standard headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

const AT = { Bucket: TARGET, Region: 'ap-guangzhou' };
const META = 'x-cos-meta-';
const STANDARD_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];

export class CosReader {
  private readonly sdk: COS;
  private readonly crc64: Crc64;

  private constructor(port: number, crc64: Crc64) {
    this.crc64 = crc64;
    this.sdk = new COS({
      SecretId: ENVIRONMENT.COS_SECRET_ID,
      SecretKey: ENVIRONMENT.COS_SECRET_KEY,
      Protocol: 'http:',
      Ip: `127.0.0.1:${String(port)}`,
      UseRawKey: true,
      KeepAlive: true,
      Timeout: 30_000,
      // It takes the keys "." and ".." for the bucket itself otherwise.
      ObjectKeySimplifyCheck: false,
    });
  }

  static async open(port: number): Promise<CosReader> {
    return new CosReader(port, await loadCrc64());
  }

  async keys(): Promise<string[]> {
    const keys: string[] = [];
    for (let marker: string | undefined = ''; marker !== undefined;) {
      const page: COS.GetBucketResult = await this.sdk.getBucket({
        ...AT,
        Marker: marker,
        EncodingType: 'url',
      });
      keys.push(...page.Contents.map(({ Key }) => decoded(Key)));
      marker = page.IsTruncated === 'true' ? decoded(page.NextMarker ?? '') : undefined;
    }
    return keys;
  }

  /** Undefined where there is no such object. */
  async bytes(key: string): Promise<Buffer | undefined> {
    try {
      return (await this.sdk.getObject({ ...AT, Key: key })).Body;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async read(key: string): Promise<TargetObject> {
    const sum = this.crc64.stream();
    let size = 0;
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        sum.update(chunk);
        size += chunk.length;
        done();
      },
    });
    const answered = (await this.sdk.getObject({ ...AT, Key: key, Output: output })).headers;
    const headers = textOf(answered ?? {});
    return {
      key,
      size,
      crc64: sum.digest(),
      headers: Object.fromEntries(STANDARD_HEADERS.flatMap((name) => entryOf(headers, name))),
      meta: Object.fromEntries(
        [...headers]
          .filter(([name]) => name.startsWith(META))
          .map(([name, text]) => [name.slice(META.length), text]),
      ),
      tags: headers.has('x-cos-tagging-count') ? await this.tags(key) : {},
      storageClass: headers.get('x-cos-storage-class') ?? 'STANDARD',
    };
  }

  private async tags(key: string): Promise<Record<string, string>> {
    const { Tags } = await this.sdk.getObjectTagging({ ...AT, Key: key });
    return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  }
}

function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404;
}

/** A listing's `encoding-type=url`: a plus sign is a space. */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** The SDK hands over bytes as Latin-1. */
function textOf(headers: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(
    Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes, 'latin1').toString('utf8')]),
  );
}

function entryOf(headers: ReadonlyMap<string, string>, name: string): [string, string][] {
  const text = headers.get(name);
  return text === undefined ? [] : [[name, text]];
}
