/** Answers as bytes: status lines, the XML of both dialects, and the address of an object in a request. */
import { headerOf, type RawRequest } from './wire.ts';

export const LAST_MODIFIED = new Date(Date.UTC(2024, 0, 2, 3, 4, 5));

export interface Address {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** The bucket stands in the host name, or first in the path where the host is an address. */
export function addressOf(request: RawRequest): Address {
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : request.target.slice(mark + 1));
  const host = headerOf(request.head, 'host') ?? '';
  if (!/^(?:\d|localhost|\[)/.test(host)) {
    return { bucket: host.slice(0, host.indexOf('.')), key: decoded(path.slice(1)), query };
  }
  const end = path.indexOf('/', 1);
  if (end < 0) return { bucket: path.slice(1), key: '', query };
  return { bucket: path.slice(1, end), key: decoded(path.slice(end + 1)), query };
}

function decoded(key: string): string {
  return key.includes('%') ? decodeURIComponent(key) : key;
}

let requests = 0;

/** 24 characters, as OSS writes them. */
export function requestId(): string {
  requests++;
  return requests.toString(16).toUpperCase().padStart(24, '6');
}

export function reply(status: string, headers: readonly string[], body: string | Buffer = ''): Buffer[] {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${String(bytes.length)}`, '', ''];
  return [Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), bytes])];
}

export function xmlReply(status: string, requestIdHeader: string, xml: string): Buffer[] {
  const headers = ['Content-Type: application/xml', `${requestIdHeader}: ${requestId()}`];
  return reply(status, headers, `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

export function errorReply(status: string, requestIdHeader: string, code: string): Buffer[] {
  return xmlReply(status, requestIdHeader, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

/** Plausible answers to questions about the bucket itself. */
export function bucketReply(query: URLSearchParams, requestIdHeader: string): Buffer[] | undefined {
  if (query.has('versioning')) return xmlReply('200 OK', requestIdHeader, '<VersioningConfiguration/>');
  if (query.has('location')) {
    return xmlReply('200 OK', requestIdHeader, '<LocationConstraint>oss-cn-hangzhou</LocationConstraint>');
  }
  return undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

export interface Page {
  readonly bucket: string;
  readonly query: URLSearchParams;
  readonly objects: readonly ListedObject[];
  readonly truncated: boolean;
}

/** ListObjects and ListObjectsV2 alike; keys are encoded where the request asks for it. */
export function listXml(page: Page): string {
  const encode = page.query.get('encoding-type') === 'url' ? encodeURIComponent : escaped;
  const next = encode(page.objects.at(-1)?.key ?? '');
  const contents = page.objects.map(
    ({ key, size, etag }) =>
      `<Contents><Key>${encode(key)}</Key><LastModified>${LAST_MODIFIED.toISOString()}</LastModified>` +
      `<ETag>${etag}</ETag><Type>${etag.includes('-') ? 'Multipart' : 'Normal'}</Type>` +
      `<Size>${String(size)}</Size><StorageClass>Standard</StorageClass></Contents>`,
  );
  const cursor = page.truncated
    ? `<NextContinuationToken>${next}</NextContinuationToken><NextMarker>${next}</NextMarker>`
    : '';
  return (
    `<ListBucketResult><Name>${page.bucket}</Name><Prefix>${encode(page.query.get('prefix') ?? '')}</Prefix>` +
    `<KeyCount>${String(contents.length)}</KeyCount><MaxKeys>1000</MaxKeys>` +
    (page.query.has('encoding-type') ? '<EncodingType>url</EncodingType>' : '') +
    `<IsTruncated>${String(page.truncated)}</IsTruncated>${cursor}${contents.join('')}</ListBucketResult>`
  );
}

export interface ListQuery {
  readonly prefix: string;
  /** Keys greater than this one. */
  readonly after: string;
  readonly limit: number;
}

export function listQuery(query: URLSearchParams): ListQuery {
  const after = query.get('continuation-token') ?? query.get('start-after') ?? query.get('marker') ?? '';
  return {
    prefix: query.get('prefix') ?? '',
    after,
    limit: Math.min(1000, Number(query.get('max-keys') ?? 1000)),
  };
}

function escaped(key: string): string {
  return key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
