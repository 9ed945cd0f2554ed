/** Least-privilege policies: what a task needs of Alibaba RAM and of Tencent CAM, and nothing beside it. */
import { parseCosUrl } from './layout.ts';
import type { Task } from './task.ts';

/** A custom policy of RAM, as its console takes it (OSS, "Authorization syntax and elements"). */
export interface RamPolicy {
  readonly Version: '1';
  readonly Statement: readonly RamStatement[];
}

interface RamStatement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly StringLike: { readonly 'oss:Prefix': readonly string[] } };
}

/** A custom policy of CAM, all its words in lower case (COS, document 436/30580). */
export interface CamPolicy {
  readonly version: '2.0';
  readonly statement: readonly CamStatement[];
}

interface CamStatement {
  readonly effect: 'allow';
  readonly action: readonly string[];
  readonly resource: readonly string[];
}

/**
 * For the source's key. It reads and lists, it never writes; a key list needs no listing. Symlinks that point out of
 * `source.prefix`, and objects under a KMS key of one's own (kms:Decrypt), need a grant of their own.
 */
export function ramPolicy(task: Task): RamPolicy {
  const { bucket, prefix, manifest } = task.source;
  // Without this OSS also leaves x-oss-tagging-count out of its answers, and tags would be lost unseen.
  const tags = task.headers.mode === 'keep' ? ['oss:GetObjectTagging'] : [];
  const read: RamStatement = {
    Effect: 'Allow',
    Action: ['oss:GetObject', ...tags],
    Resource: [`acs:oss:*:*:${bucket}/${prefix}*`],
  };
  const statements = manifest === undefined ? [ramListing(bucket, prefix), read] : [read];
  return { Version: '1', Statement: statements };
}

/** ListObjectsV2 is granted on the bucket, by the action of its first version. */
function ramListing(bucket: string, prefix: string): RamStatement {
  const listing: RamStatement = {
    Effect: 'Allow',
    Action: ['oss:ListObjects'],
    Resource: [`acs:oss:*:*:${bucket}`],
  };
  return prefix === ''
    ? listing
    : { ...listing, Condition: { StringLike: { 'oss:Prefix': [`${prefix}*`] } } };
}

const WRITE_OBJECTS = [
  'name/cos:PutObject',
  'name/cos:InitiateMultipartUpload',
  'name/cos:UploadPart',
  'name/cos:CompleteMultipartUpload',
  'name/cos:AbortMultipartUpload',
] as const;

/** A question to the bucket that documents grant on prefixes (436/30580): it is granted on both. */
const LIST_UPLOADS = 'name/cos:ListMultipartUploads';

/**
 * For the target's key, or the functions' role: the target prefix, the state prefix (whole, so that a retry under a
 * new id needs no new grant), and the source manifest.
 * Listing is granted on whole buckets: the condition `cos:prefix` is compared with the encoded parameter, which no
 * document spells out, and shows the names of keys at most.
 */
export function camPolicy(task: Task): CamPolicy {
  const bucketOf = camBuckets(task);
  const target = bucketOf(task.target.bucket);
  const state = bucketOf(task.state.bucket);
  const { manifest } = task.source;
  return {
    version: '2.0',
    statement: [
      allow(targetActions(task), `${target}${task.target.prefix}*`),
      ...bucketStatements(task, target, state),
      allow(
        [...WRITE_OBJECTS, 'name/cos:GetObject', 'name/cos:DeleteObject'],
        `${state}${task.state.prefix}*`,
      ),
      ...(manifest === undefined ? [] : [manifestStatement(manifest, bucketOf)]),
    ],
  };
}

/** HEAD tells whether a write whose answer was lost was done; DELETE takes back what arrived corrupt. */
function targetActions(task: Task): string[] {
  const tags = task.headers.mode === 'keep' ? ['name/cos:PutObjectTagging'] : [];
  return [...WRITE_OBJECTS, LIST_UPLOADS, ...tags, 'name/cos:HeadObject', 'name/cos:DeleteObject'];
}

/** The target is listed for conflict rules that look at it, the state for results. */
function bucketStatements(task: Task, target: string, state: string): CamStatement[] {
  const listed = new Set(task.conflict === 'overwrite' ? [state] : [target, state]);
  return [
    allow(['name/cos:GetBucketVersioning', LIST_UPLOADS], target),
    { effect: 'allow', action: ['name/cos:GetBucket'], resource: [...listed] },
  ];
}

function manifestStatement(manifest: string, bucketOf: (bucket: string) => string): CamStatement {
  const { bucket, key } = parseCosUrl(manifest);
  return allow(['name/cos:GetObject'], bucketOf(bucket) + key);
}

function allow(action: readonly string[], resource: string): CamStatement {
  return { effect: 'allow', action, resource: [resource] };
}

/** `qcs::cos:<region>:uid/<appid>:<bucket>/`: a bucket as a resource, or with a key behind it an object. */
function camBuckets(task: Task): (bucket: string) => string {
  const appIdOf = (bucket: string) => /-(\d+)$/.exec(bucket)?.[1];
  return (bucket) => {
    const appId = appIdOf(bucket) ?? appIdOf(task.target.bucket) ?? '';
    return `qcs::cos:${task.target.region}:uid/${appId}:${bucket}/`;
  };
}
