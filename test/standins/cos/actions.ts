/** Which request is which action of COS, by method, key and sub-resource, and who answers it. */
import type { StandinRequest } from '../kernel/http.ts';
import type { Action } from './action.ts';
import {
  deleteMultipleObjects,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  putBucketVersioning,
} from './buckets.ts';
import { getBucket } from './get-bucket.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  initiateMultipartUpload,
  uploadPart,
} from './multipart.ts';
import * as objects from './objects.ts';
import { listMultipartUploads, listParts } from './upload-listings.ts';

/** By the name it has in policies and in the vendor's documents. */
const COS_ACTIONS = {
  HeadBucket: headBucket,
  GetBucket: getBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  PutBucketVersioning: putBucketVersioning,
  ListMultipartUploads: listMultipartUploads,
  DeleteMultipleObjects: deleteMultipleObjects,
  PutObject: objects.putObject,
  GetObject: objects.getObject,
  HeadObject: objects.headObject,
  DeleteObject: objects.deleteObject,
  GetObjectTagging: objects.getObjectTagging,
  PutObjectTagging: objects.putObjectTagging,
  DeleteObjectTagging: objects.deleteObjectTagging,
  InitiateMultipartUpload: initiateMultipartUpload,
  UploadPart: uploadPart,
  ListParts: listParts,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
} as const satisfies Record<string, Action>;

type CosActionName = keyof typeof COS_ACTIONS;

type Route = readonly [subresource: string, action: CosActionName];

/** Tried in order; '' is the request without any of the sub-resources of COS. */
const BUCKET_ROUTES: Readonly<Record<string, readonly Route[]>> = {
  HEAD: [['', 'HeadBucket']],
  GET: [
    ['uploads', 'ListMultipartUploads'],
    ['versioning', 'GetBucketVersioning'],
    ['location', 'GetBucketLocation'],
    ['', 'GetBucket'],
  ],
  PUT: [['versioning', 'PutBucketVersioning']],
  POST: [['delete', 'DeleteMultipleObjects']],
};

const OBJECT_ROUTES: Readonly<Record<string, readonly Route[]>> = {
  HEAD: [['', 'HeadObject']],
  GET: [
    ['tagging', 'GetObjectTagging'],
    ['uploadId', 'ListParts'],
    ['', 'GetObject'],
  ],
  PUT: [
    ['tagging', 'PutObjectTagging'],
    ['uploadId', 'UploadPart'],
    ['', 'PutObject'],
  ],
  POST: [
    ['uploads', 'InitiateMultipartUpload'],
    ['uploadId', 'CompleteMultipartUpload'],
  ],
  DELETE: [
    ['tagging', 'DeleteObjectTagging'],
    ['uploadId', 'AbortMultipartUpload'],
    ['', 'DeleteObject'],
  ],
};

/** Of COS, and not of this stand-in: never taken for a plain read or write. */
const ELSEWHERE = [
  'acl',
  'cors',
  'lifecycle',
  'policy',
  'restore',
  'append',
  'versions',
  'versionId',
  'tagging',
];

export function actionOf({ method, key, query, headers }: Omit<StandinRequest, 'action' | 'body'>): string {
  if (headers['x-cos-copy-source'] !== undefined) return 'Unknown';
  const routes = (key === '' ? BUCKET_ROUTES : OBJECT_ROUTES)[method] ?? [];
  const named = routes.find(([subresource]) => subresource !== '' && query.has(subresource));
  if (named) return named[1];
  if (ELSEWHERE.some((subresource) => query.has(subresource))) return 'Unknown';
  return routes.find(([subresource]) => subresource === '')?.[1] ?? 'Unknown';
}

export function handlerOf(action: string): Action | undefined {
  return Object.hasOwn(COS_ACTIONS, action) ? COS_ACTIONS[action as CosActionName] : undefined;
}
