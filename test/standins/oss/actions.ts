/** Which action a request asks for, and who does it. */
import type { StandinRequest } from '../kernel/http.ts';
import { getObject, headObject } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import type { Action } from './model.ts';
import {
  getBucketInfo,
  getBucketLocation,
  getBucketVersioning,
  getObjectTagging,
  getSymlink,
} from './read-actions.ts';
import { deleteObject, putObject, putSymlink } from './write-actions.ts';

/** Both versions of the listing are 'ListObjects', the name of the permission. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries({
    ListObjects: listObjects,
    GetBucketInfo: getBucketInfo,
    GetBucketVersioning: getBucketVersioning,
    GetBucketLocation: getBucketLocation,
    GetObject: getObject,
    HeadObject: headObject,
    GetObjectTagging: getObjectTagging,
    GetSymlink: getSymlink,
    PutObject: putObject,
    PutSymlink: putSymlink,
    DeleteObject: deleteObject,
  }),
);

type Names = Readonly<Record<string, string>>;

/** Sub-resources that make another action of a plain GET. */
const BUCKET_READS: Names = {
  bucketInfo: 'GetBucketInfo',
  versioning: 'GetBucketVersioning',
  location: 'GetBucketLocation',
};
const OBJECT_READS: Names = { tagging: 'GetObjectTagging', symlink: 'GetSymlink' };
const NAMED = [...Object.keys(BUCKET_READS), ...Object.keys(OBJECT_READS)];
const PLAIN: Names = { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' };

/** Sub-resources of actions that the stand-in does not have. */
const ELSEWHERE = [
  'acl append cors delete encryption inventory lifecycle logging objectMeta policy referer replication',
  'requestPayment restore stat uploadId uploads versions website worm x-oss-process',
].flatMap((line) => line.split(' '));

export function actionOf({ method, key, query }: Pick<StandinRequest, 'method' | 'key' | 'query'>): string {
  if (query.size > 0 && ELSEWHERE.some((name) => query.has(name))) return 'Unknown';
  const named = query.size > 0 ? NAMED.find((name) => query.has(name)) : undefined;
  if (named !== undefined) {
    if (method === 'PUT' && named === 'symlink' && key !== '') return 'PutSymlink';
    return (method === 'GET' ? (key === '' ? BUCKET_READS : OBJECT_READS)[named] : undefined) ?? 'Unknown';
  }
  if (key === '') return method === 'GET' ? 'ListObjects' : 'Unknown';
  return PLAIN[method] ?? 'Unknown';
}
