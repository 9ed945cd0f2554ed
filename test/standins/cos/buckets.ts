/** Actions on a bucket that are not listings: is it there, where, with versions or not, and many deletes at once. */
import type { Answer } from '../kernel/http.ts';
import { element, xmlDocument } from '../kernel/xml.ts';
import { receiveXml, xmlAnswer, type Call } from './action.ts';
import { COS_LIMITS } from './limits.ts';
import { refusal } from './refusals.ts';
import { childrenNamed, childText } from './xml.ts';

export function headBucket({ bucket }: Call): Answer {
  return { status: 200, headers: { 'x-cos-bucket-region': bucket.options.region } };
}

export function getBucketLocation({ bucket }: Call): Answer {
  return xmlAnswer(xmlDocument('LocationConstraint', bucket.options.region));
}

/** No `<Status>` where versioning was never set (436/19888). */
export function getBucketVersioning({ bucket }: Call): Answer {
  const status = bucket.versioning === undefined ? '' : element('Status', bucket.versioning);
  return xmlAnswer(xmlDocument('VersioningConfiguration', status));
}

export async function putBucketVersioning(call: Call): Promise<Answer> {
  const status = childText(await receiveXml(call, 'VersioningConfiguration'), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw refusal('MalformedXML', 'Status must be Enabled or Suspended.');
  }
  call.bucket.versioning = status;
  return { status: 200 };
}

/** A key that is not there counts as deleted (436/8289). */
export async function deleteMultipleObjects(call: Call): Promise<Answer> {
  const node = await receiveXml(call, 'Delete');
  const keys = childrenNamed(node, 'Object').map((object) => childText(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > COS_LIMITS.deleteKeysMax || keys.includes('')) {
    throw refusal('MalformedXML', 'From 1 to 1,000 keys can be deleted at once.');
  }
  for (const key of keys) call.bucket.store.delete(key);
  const quiet = childText(node, 'Quiet') === 'true';
  const deleted = quiet ? [] : keys.map((key) => `<Deleted>${element('Key', key)}</Deleted>`);
  return xmlAnswer(xmlDocument('DeleteResult', deleted.join('')));
}
