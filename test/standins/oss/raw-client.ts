/** A plain HTTP client for tests: sends to the stand-in exactly what it is told, signed with version 1. */
import { createHmac } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';

export interface RawRequest {
  readonly method?: string;
  /** Path and query as they go over the wire, percent-encoded by the caller. */
  readonly path: string;
  /** What is signed: bucket, decoded key, sub-resources. Default: the path without its query. */
  readonly resource?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly host?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface RawTarget {
  readonly port: number;
  readonly bucket: string;
  readonly id: string;
  readonly secret: string;
}

export function rawClient({ port, bucket, id, secret }: RawTarget): (ask: RawRequest) => Promise<RawAnswer> {
  return ({
    method = 'GET',
    path,
    resource,
    headers = {},
    body,
    host = `${bucket}.oss-cn-hangzhou.aliyuncs.com`,
  }) => {
    const date = headers['date'] ?? new Date().toUTCString();
    const signedPath = resource ?? decodeURIComponent(path.split('?')[0] ?? '');
    const oss = Object.keys(headers).filter((name) => name.startsWith('x-oss-'));
    const lines = oss.sort().map((name) => `${name}:${headers[name] ?? ''}\n`);
    const head = [method, headers['content-md5'] ?? '', headers['content-type'] ?? '', date];
    const toSign = `${head.join('\n')}\n${lines.join('')}/${bucket}${signedPath}`;
    const authorization = `OSS ${id}:${createHmac('sha1', secret).update(toSign).digest('base64')}`;
    return exchange({ port, method, path, headers: { host, date, authorization, ...headers } }, body);
  };
}

interface Outgoing {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function exchange(options: Outgoing, body: Buffer | string | undefined): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, host: '127.0.0.1', agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bytes,
          text: bytes.toString(),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
