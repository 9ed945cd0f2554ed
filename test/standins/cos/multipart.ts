/** Actions that write one object in parts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '../kernel/http.ts';
import { element, xmlDocument } from '../kernel/xml.ts';
import { queryNumber, receiveBody, receiveXml, xmlAnswer, type Call } from './action.ts';
import { attributesOf, checkKey, resultHeaders } from './attributes.ts';
import { versionHeaders, type CosBucket, type Merging } from './bucket.ts';
import { COS_LIMITS } from './limits.ts';
import { refuseOverwrite } from './objects.ts';
import { refusal } from './refusals.ts';
import { assemble, chooseParts, type NamedPart, type Upload } from './uploads.ts';
import { childrenNamed, childText, type XmlNode } from './xml.ts';

export function initiateMultipartUpload({ request, bucket, now }: Call): Answer {
  checkKey(request.key);
  const attributes = attributesOf(request);
  const { id } = bucket.uploads.initiate({ key: request.key, initiated: now, attributes });
  const fields = [element('Bucket', bucket.name), element('Key', request.key), element('UploadId', id)];
  return xmlAnswer(xmlDocument('InitiateMultipartUploadResult', fields.join('')));
}

export function uploadOf({ request, bucket }: Call): Upload {
  return bucket.uploads.get(request.key, request.query.get('uploadId') ?? '');
}

/** The upload is looked up again behind the body: it may have been aborted meanwhile. */
export async function uploadPart(call: Call): Promise<Answer> {
  const { request, now } = call;
  const bounds = { min: 1, max: COS_LIMITS.partNumberMax, otherwise: 0 };
  const partNumber = queryNumber(request, 'partNumber', bounds);
  if (partNumber === 0) throw refusal('InvalidArgument', 'partNumber is missing.');
  uploadOf(call);
  const { body, size, crc64, md5 } = await receiveBody(call);
  const part = { partNumber, size, etag: md5.toString('hex'), crc64, lastModified: now, body };
  uploadOf(call).parts.set(partNumber, part);
  return { status: 200, headers: resultHeaders(part) };
}

export async function completeMultipartUpload(call: Call): Promise<Answer> {
  const { request, bucket, now } = call;
  uploadOf(call);
  const named = namedParts(await receiveXml(call, 'CompleteMultipartUpload'));
  const upload = uploadOf(call);
  const { body, size, crc64, etag } = assemble(chooseParts(upload, named));
  refuseOverwrite(call);
  const { key } = request;
  const made = { key, size, etag, crc64, contentMd5: undefined, lastModified: now, body };
  const put = () => bucket.store.put({ ...upload.attributes, ...made, type: 'Multipart' });
  bucket.uploads.remove(upload.id);
  const { merging, completeWithoutCrc64 } = bucket.options;
  const sums = { etag, crc64: completeWithoutCrc64 ? undefined : crc64 };
  if (merging !== undefined) return merged(call, sums, { ...merging, done: mergedLater(merging, put) });
  put();
  return merged(call, sums, AT_ONCE);
}

/** The merge goes on when the client has gone: a Complete that is asked for meanwhile finds no upload, a HEAD no object. */
async function mergedLater({ spaces, everyMs }: Merging, put: () => void): Promise<void> {
  await delay(spaces * everyMs);
  put();
}

function namedParts(node: XmlNode): NamedPart[] {
  const named = childrenNamed(node, 'Part').map((part) => ({
    partNumber: Number(childText(part, 'PartNumber') ?? NaN),
    etag: (childText(part, 'ETag') ?? '').trim().replaceAll('"', ''),
  }));
  if (named.length === 0 || named.some(({ partNumber }) => !Number.isInteger(partNumber))) {
    throw refusal('MalformedXML', 'The XML you provided was not well-formed.');
  }
  return named;
}

interface Merge extends Merging {
  readonly done: Promise<void>;
}

const AT_ONCE: Merge = { spaces: 2, everyMs: 0, done: Promise.resolve() };

/** COS answers at once and sends spaces, in chunks, while it merges; the last chunk tells the rest (436/7742). */
function merged(
  { request, bucket }: Call,
  result: { etag: string; crc64: string | undefined },
  merge: Merge,
): Answer {
  const fields = [
    element('Location', `http://${hostOf(bucket)}/${request.rawPath.slice(1)}`),
    element('Bucket', bucket.name),
    element('Key', request.key),
    element('ETag', `"${result.etag}"`),
  ];
  const xml = xmlDocument('CompleteMultipartUploadResult', fields.join(''));
  const headers = {
    ...resultHeaders({ etag: result.etag, crc64: result.crc64 }),
    ...versionHeaders(bucket),
    'Content-Type': 'application/xml',
  };
  return { status: 200, headers, body: behindSpaces(xml, merge) };
}

async function* behindSpaces(xml: string, { spaces, everyMs, done }: Merge): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < spaces; sent++) {
    yield Buffer.from(' ');
    if (everyMs > 0) await delay(everyMs);
  }
  await done;
  yield Buffer.from(xml);
}

function hostOf(bucket: CosBucket): string {
  return `${bucket.name}.cos.${bucket.options.region}.myqcloud.com`;
}

export function abortMultipartUpload(call: Call): Answer {
  call.bucket.uploads.remove(uploadOf(call).id);
  return { status: 204 };
}
