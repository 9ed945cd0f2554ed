/** Signature version 4 of OSS: `Authorization: OSS4-HMAC-SHA256 Credential=…`, from "Include a V4 signature in the Authorization header". */
import { createHash, createHmac } from 'node:crypto';
import { headerOf, headerText, type StandinRequest } from '../kernel/http.ts';

export interface AuthorizationV4 {
  readonly id: string;
  /** yyyymmdd */
  readonly day: string;
  /** Without `oss-`, e.g. 'cn-hangzhou'. */
  readonly region: string;
  readonly additionalHeaders: readonly string[];
  readonly signature: string;
}

/** undefined: malformed. */
export function parseAuthorizationV4(value: string): AuthorizationV4 | undefined {
  const fields = new Map<string, string>();
  for (const field of value.slice(value.indexOf(' ') + 1).split(',')) {
    const equals = field.indexOf('=');
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const [id, day, region, product, terminator] = (fields.get('Credential') ?? '').split('/');
  const signature = fields.get('Signature');
  if (!id || !day || !region || product !== 'oss' || terminator !== 'aliyun_v4_request' || !signature)
    return undefined;
  const additionalHeaders = fields.get('AdditionalHeaders')?.split(';') ?? [];
  if (additionalHeaders.includes('')) return undefined;
  return { id, day, region, additionalHeaders, signature };
}

/**
 * The document signs a parameter without value as its bare name. What OSS does with `name=` is not said; the
 * SDK for Node.js signs `name=` for an empty query value, so both forms are candidates.
 */
export function canonicalRequestsV4(
  request: StandinRequest,
  { additionalHeaders }: AuthorizationV4,
): string[] {
  const { method, bucket, key, query } = request;
  const always = Object.keys(request.headers).filter(
    (name) => name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-'),
  );
  const names = [...new Set([...always, ...additionalHeaders])].sort();
  const headers = names.map((name) => `${name}:${headerText(headerOf(request, name)).trim()}\n`).join('');
  const rest = [headers, additionalHeaders.join(';'), headerOf(request, 'x-oss-content-sha256')];
  const uri = escapeV4(`/${bucket}/${key}`).replaceAll('%2F', '/');
  const pairs = [...query].map(([name, value]) => [escapeV4(name), escapeV4(value)] as const);
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  const bare = pairs.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  const full = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  return [...new Set([bare, full])].map((canonicalQuery) =>
    [method, uri, canonicalQuery, ...rest].join('\n'),
  );
}

export function stringToSignV4(
  request: StandinRequest,
  { day, region }: AuthorizationV4,
  canonical: string,
): string {
  const scope = `${day}/${region}/oss/aliyun_v4_request`;
  const hashed = createHash('sha256').update(canonical, 'utf8').digest('hex');
  return ['OSS4-HMAC-SHA256', headerOf(request, 'x-oss-date'), scope, hashed].join('\n');
}

export function signatureV4(secret: string, { day, region }: AuthorizationV4, stringToSign: string): string {
  let key = Buffer.from(`aliyun_v4${secret}`);
  for (const step of [day, region, 'oss', 'aliyun_v4_request'])
    key = createHmac('sha256', key).update(step).digest();
  return createHmac('sha256', key).update(stringToSign, 'utf8').digest('hex');
}

function escapeV4(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
