/** What every action of the stand-in is handed, and how it takes in a request's body. */
import { createHash } from 'node:crypto';
import { headerOf, type Answer, type StandinRequest } from '../kernel/http.ts';
import { receive, type Received } from '../kernel/receive.ts';
import type { CosBucket } from './bucket.ts';
import { COS_LIMITS } from './limits.ts';
import { refusal } from './refusals.ts';
import { parseXml, type XmlNode } from './xml.ts';

export interface Call {
  readonly request: StandinRequest;
  readonly bucket: CosBucket;
  /** Whole seconds: COS keeps no finer time. */
  readonly now: Date;
}

export type Action = (call: Call) => Promise<Answer> | Answer;

export function xmlAnswer(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'Content-Type': 'application/xml', ...headers }, body };
}

/**
 * The bytes of an object or a part, checked against Content-MD5 before anything is replaced.
 * @throws ServiceError 411 MissingContentLength, 400 EntityTooLarge, InvalidDigest or BadDigest.
 */
export async function receiveBody({ request, bucket }: Call): Promise<Received> {
  const length = request.headers['content-length'];
  if (length === undefined && request.headers['transfer-encoding'] === undefined) {
    throw refusal('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length ?? 0) > COS_LIMITS.putBytesMax) throw tooLarge();
  const digest = statedDigest(request);
  const received = await receive(request.body, {
    ...bucket.receiving,
    withoutMd5: bucket.receiving.withoutMd5 === true && digest === undefined,
  });
  if (received.size > COS_LIMITS.putBytesMax) throw tooLarge();
  checkDigest(digest, received.md5);
  return received;
}

function tooLarge(): Error {
  return refusal('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.');
}

/** The root element of a body, which must have that name. @throws ServiceError 400 MalformedXML, … */
export async function receiveXml({ request }: Call, root: string): Promise<XmlNode> {
  const digest = statedDigest(request);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > COS_LIMITS.xmlBytesMax) throw refusal('MalformedXML', 'The XML you provided is too long.');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  checkDigest(digest, createHash('md5').update(bytes).digest());
  const node = parseXml(bytes.toString('utf8'));
  if (node?.name !== root) throw refusal('MalformedXML', 'The XML you provided was not well-formed.');
  return node;
}

function statedDigest(request: StandinRequest): Buffer | undefined {
  const stated = headerOf(request, 'content-md5');
  if (stated === '') return undefined;
  const digest = Buffer.from(stated, 'base64');
  if (digest.length !== 16 || digest.toString('base64') !== stated) {
    throw refusal('InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  return digest;
}

function checkDigest(stated: Buffer | undefined, actual: Buffer): void {
  if (stated && !stated.equals(actual)) {
    throw refusal('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}

/** A whole number in the query. @throws ServiceError 400 InvalidArgument. */
export function queryNumber(
  request: StandinRequest,
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  const text = request.query.get(name) ?? '';
  if (text === '') return bounds.otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw refusal('InvalidArgument', `${name} must be from ${String(bounds.min)} to ${String(bounds.max)}.`);
}
