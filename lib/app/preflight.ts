/** Before byte one: whether both sides can be reached and used, each finding with the sentence that mends it. */
import { CONTROL_RETRY } from '../core/backoff.ts';
import { failureOf } from '../core/failures.ts';
import { StoreError, UserError } from '../core/errors.ts';
import { stateKeys } from '../core/layout.ts';
import { cosUrl, parseCosUrl } from '../core/layout.ts';
import type { Task } from '../core/task.ts';
import type { Clock, Dice } from '../ports/clock.ts';
import type { ObjectSink } from '../ports/object-sink.ts';
import type { Stores } from '../ports/stores.ts';
import { retrying } from './retry.ts';
import { stateLocationOf } from './task-state.ts';

export interface PreflightPorts {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly dice: Dice;
}

interface Check {
  /** What was tried, for the message: "list the source bucket photos". */
  readonly what: string;
  /** What to grant when it is denied. */
  readonly grant: string;
  run(signal: AbortSignal): Promise<string | undefined>;
}

/** Runs all checks; throws `UserError` with every finding, or answers warnings. */
export async function preflight(ports: PreflightPorts, task: Task, signal: AbortSignal): Promise<string[]> {
  const results = await Promise.allSettled(checksOf(ports, task).map((check) => runCheck(check, signal)));
  const findings = results.flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as Error).message] : [],
  );
  if (findings.length > 0) throw new UserError('preflight failed, nothing was copied:', findings);
  return results.flatMap((result) =>
    result.status === 'fulfilled' && result.value !== undefined ? [result.value] : [],
  );
}

async function runCheck(check: Check, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await check.run(signal);
  } catch (error) {
    throw new UserError(`cannot ${check.what}: ${remedy(error, check.grant)}`);
  }
}

/** One sentence: what the store said, and what mends it. */
function remedy(error: unknown, grant: string): string {
  if (!(error instanceof StoreError)) return failureOf(error).message;
  const said = [error.vendorCode, error.status].filter((part) => part !== undefined).join(', HTTP ');
  const answer = said === '' ? error.message : said;
  switch (error.code) {
    case 'denied':
      return `access denied (${answer}); check the key, and grant it ${grant} (oss2cos policy prints the whole policy)`;
    case 'missing_bucket':
      return `the bucket does not exist in this region (${answer}); check bucket and region in the task`;
    case 'unavailable':
    case 'timeout':
      return `the endpoint cannot be reached (${error.message}); check endpoint, network and proxy`;
    default:
      return error.message;
  }
}

function checksOf(ports: PreflightPorts, task: Task): Check[] {
  return [
    ...(task.source.manifest === undefined
      ? [sourceListable(ports, task)]
      : [manifestReadable(ports, task.source.manifest, task)]),
    targetWritable(ports, task),
    targetListable(ports.stores.sink(task), task),
    targetVersioning(ports.stores.sink(task), task),
    stateWritable(ports, task),
  ];
}

function sourceListable(ports: PreflightPorts, task: Task): Check {
  const { bucket, prefix } = task.source;
  return {
    what: `list and read the source bucket ${bucket}`,
    grant: 'oss:ListObjects on the bucket and oss:GetObject on its objects',
    async run(signal) {
      const source = ports.stores.source(task);
      const page = await source.list({ prefix, after: '', keysMax: 1 }, signal);
      const [entry] = page.entries;
      if (entry === undefined)
        return `the source bucket ${bucket} lists no object under ${JSON.stringify(prefix)}`;
      await readable(() => source.head(entry.key, signal));
      return undefined;
    },
  };
}

/** One object's own trouble (deleted since, a broken symlink) says nothing about the task. */
async function readable(head: () => Promise<unknown>): Promise<void> {
  try {
    await head();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code === 'denied' || error.retryable) throw error;
  }
}

function manifestReadable(ports: PreflightPorts, manifest: string, task: Task): Check {
  const { bucket, key } = parseCosUrl(manifest);
  return {
    what: `read the source manifest ${cosUrl(bucket, key)}`,
    grant: 'cos:GetObject on it',
    async run(signal) {
      const { region, endpoint } = task.target;
      const chunks = await ports.stores.state({ bucket, region, endpoint }).getStream(key, signal);
      if (chunks === undefined) throw new UserError('there is no such object');
      await chunks[Symbol.asyncIterator]().return?.();
      return undefined;
    },
  };
}

/** Begins, looks up and aborts an upload: shows the right to write, and leaves nothing. */
function targetWritable(ports: PreflightPorts, task: Task): Check {
  const { bucket, prefix } = task.target;
  return {
    what: `write to the target bucket ${bucket} under ${JSON.stringify(prefix)}`,
    grant:
      'cos:PutObject, cos:InitiateMultipartUpload, cos:UploadPart, cos:CompleteMultipartUpload and cos:AbortMultipartUpload on the prefix, and cos:ListMultipartUploads on the prefix and the bucket',
    async run(signal) {
      const sink = ports.stores.sink(task);
      const attributes = { headers: {}, metadata: {}, tags: {}, storageClass: 'STANDARD' };
      const key = `${prefix}oss2cos-preflight-${ports.dice.unique()}`;
      const upload = await retrying(CONTROL_RETRY, ports, signal, () => sink.begin(key, attributes, signal));
      try {
        await sink.uploads(upload.key, signal);
      } finally {
        await sink.abort(upload, signal);
      }
      return undefined;
    },
  };
}

function targetListable(sink: ObjectSink, task: Task): Check {
  return {
    what: `list the target bucket ${task.target.bucket}`,
    grant: 'cos:GetBucket on the bucket',
    async run(signal) {
      if (task.conflict !== 'overwrite')
        await sink.list({ prefix: task.target.prefix, after: '', keysMax: 1 }, signal);
      return undefined;
    },
  };
}

function targetVersioning(sink: ObjectSink, task: Task): Check {
  return {
    what: `ask for the versioning of the target bucket ${task.target.bucket}`,
    grant: 'cos:GetBucketVersioning on the bucket',
    async run(signal) {
      const versioning = await sink.versioning(signal);
      if (task.conflict !== 'skip' || versioning === 'never') return undefined;
      return 'the target bucket has or had versioning, so COS ignores x-cos-forbid-overwrite: an object written to the target by others after its key was checked becomes an older version';
    },
  };
}

function stateWritable(ports: PreflightPorts, task: Task): Check {
  const { bucket, prefix } = task.state;
  return {
    what: `write, read, list and delete under the state prefix ${cosUrl(bucket, prefix)}`,
    grant: 'cos:PutObject, cos:GetObject and cos:DeleteObject on the prefix and cos:GetBucket on the bucket',
    async run(signal) {
      const location = stateLocationOf(task);
      const store = ports.stores.state(location);
      const key = stateKeys.preflight(location.prefix, ports.dice.unique());
      await store.put(key, 'preflight', { contentType: 'text/plain' }, signal);
      const read = await store.get(key, signal);
      const listed = await store.list(key, signal);
      await store.remove(key, signal);
      if (read?.toString() !== 'preflight' || !listed.includes(key))
        throw new UserError('what was written was not read back');
      return undefined;
    },
  };
}
