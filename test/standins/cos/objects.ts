/** Actions on one object: put, get, head, delete, and its tags. */
import { headerOf, type Answer } from '../kernel/http.ts';
import type { StoredObject } from '../kernel/object.ts';
import { receiveBody, receiveXml, xmlAnswer, type Call } from './action.ts';
import { attributesOf, checkKey, objectHeaders, resultHeaders } from './attributes.ts';
import { versionHeaders } from './bucket.ts';
import { checkConditions, rangeOf } from './conditions.ts';
import { COS_ARCHIVED } from './limits.ts';
import { refusal } from './refusals.ts';
import { checkTags, taggingXml, tagsOfDocument } from './tags.ts';

/** Overwriting is refused when the request begins and again when it is done: of two at once, one wins. */
export async function putObject(call: Call): Promise<Answer> {
  const { request, bucket, now } = call;
  checkKey(request.key);
  const attributes = attributesOf(request);
  refuseOverwrite(call);
  const { body, size, crc64, md5 } = await receiveBody(call);
  refuseOverwrite(call);
  const object: StoredObject = {
    ...attributes,
    key: request.key,
    size,
    etag: md5.toString('hex'),
    crc64,
    contentMd5: undefined,
    lastModified: now,
    type: 'Normal',
    body,
  };
  bucket.store.put(object);
  return { status: 200, headers: { ...resultHeaders(object), ...versionHeaders(bucket) } };
}

/** `x-cos-forbid-overwrite` counts for nothing once versioning was ever enabled. */
export function refuseOverwrite({ request, bucket }: Call): void {
  if (headerOf(request, 'x-cos-forbid-overwrite').toLowerCase() !== 'true') return;
  if (bucket.versioning === undefined && bucket.store.get(request.key)) {
    throw refusal('FileAlreadyExists', 'The object you specified already exists and can not be overwritten.');
  }
}

export function getObject(call: Call): Answer {
  const { request } = call;
  const object = existing(call);
  checkConditions(request, object);
  if (COS_ARCHIVED.has(object.storageClass) && !object.restored) {
    throw refusal('InvalidObjectState', "The operation is not valid for the object's storage class");
  }
  const range = rangeOf(request, object.size);
  const { from, to } = range ?? { from: 0, to: object.size };
  const headers = objectHeaders(object);
  if (range) headers['Content-Range'] = `bytes ${String(from)}-${String(to - 1)}/${String(object.size)}`;
  return { status: range ? 206 : 200, headers, body: { source: object.body, from, to } };
}

export function headObject(call: Call): Answer {
  const object = existing(call);
  checkConditions(call.request, object);
  return { status: 200, headers: { ...objectHeaders(object), 'Content-Length': object.size } };
}

function existing({ request, bucket }: Call): StoredObject {
  const object = bucket.store.get(request.key);
  if (!object) throw refusal('NoSuchKey', 'The specified key does not exist.');
  return object;
}

/** 204 also for a key that is not there. */
export function deleteObject({ request, bucket }: Call): Answer {
  bucket.store.delete(request.key);
  return { status: 204, headers: versionHeaders(bucket) };
}

export function getObjectTagging(call: Call): Answer {
  const { tags } = existing(call);
  if (Object.keys(tags).length === 0) throw refusal('NoSuchTagSet', 'The TagSet does not exist.');
  return xmlAnswer(taggingXml(tags));
}

export async function putObjectTagging(call: Call): Promise<Answer> {
  const tags = tagsOfDocument(await receiveXml(call, 'Tagging'));
  checkTags(tags);
  call.bucket.store.put({ ...existing(call), tags: Object.fromEntries(tags) });
  return { status: 200 };
}

export function deleteObjectTagging(call: Call): Answer {
  call.bucket.store.put({ ...existing(call), tags: {} });
  return { status: 204 };
}
