/** What the tests of the COS stand-in share: a running one, the vendor's SDK at it, and signed raw requests. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import COS from 'cos-nodejs-sdk-v5';
import { startCos, type CosOptions, type CosStandin } from './server.ts';

export const BUCKET = 'photos-1250000000';
export const VERSIONED = 'versioned-1250000000';
export const REGION = 'ap-guangzhou';
export const HOST = `${BUCKET}.cos.${REGION}.myqcloud.com`;
export const IDENTITY = { Bucket: BUCKET, Region: REGION };
export const CREDENTIAL = { id: 'test-secret-id', secret: 'test-secret-key' };

export function startTestCos(options: Partial<CosOptions> = {}): Promise<CosStandin> {
  return startCos({
    buckets: { [BUCKET]: { region: REGION }, [VERSIONED]: { region: REGION, versioning: 'Enabled' } },
    credentials: [CREDENTIAL],
    ...options,
  });
}

/** The SDK as it reaches a private line: `Ip` for the connection, the bucket's own name as Host. */
export function sdk(standin: CosStandin, options: COS.COSOptions = {}): COS {
  return new COS({
    SecretId: CREDENTIAL.id,
    SecretKey: CREDENTIAL.secret,
    Protocol: 'http:',
    Ip: `127.0.0.1:${String(standin.port)}`,
    UseRawKey: true,
    Timeout: 10_000,
    ...options,
  });
}

export interface RawRequest {
  readonly method: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** '' sends the request unsigned. */
  readonly authorization?: string;
  readonly host?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `<Code>` of an error body, or ''. */
  readonly code: string;
}

/** One request on a connection of its own, signed by the SDK's function unless an authorization is given. */
export function raw(standin: CosStandin, asked: RawRequest): Promise<RawAnswer> {
  const { method, key = '', query = {}, body = '', host = HOST } = asked;
  const length = body === '' && method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers: Record<string, string> = { ...length, ...asked.headers, host };
  const authorization = asked.authorization ?? authorizationFor({ method, key, query, headers });
  if (authorization !== '') headers['authorization'] = authorization;
  const path = pathOf(key, query);
  return new Promise((resolve, reject) => {
    const sending = httpRequest(
      { host: '127.0.0.1', port: standin.port, method, path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const code = /<Code>(.*?)<\/Code>/.exec(text)?.[1] ?? '';
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, code });
        });
      },
    );
    sending.on('error', reject);
    sending.end(body);
  });
}

/** A URL is not used: it would take `/../` out of a key. */
function pathOf(key: string, query: Readonly<Record<string, string>> = {}): string {
  const encodedKey = encodeURIComponent(key).replaceAll('%2F', '/');
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return `/${encodedKey}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

export function authorizationFor(signed: {
  readonly method: string;
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly credential?: { readonly id: string; readonly secret: string };
}): string {
  const { method, key, query = {}, headers, credential = CREDENTIAL } = signed;
  return COS.getAuthorization({
    SecretId: credential.id,
    SecretKey: credential.secret,
    Method: method as COS.Method,
    Pathname: `/${key}`,
    Query: query,
    Headers: { ...headers },
    Expires: 900,
  });
}
