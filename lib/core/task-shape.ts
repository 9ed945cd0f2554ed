/** The shape of a task, field by field: the one source of the validator, of `task.schema.json` and of the README's table. */
import * as z from 'zod';
import { byteSize } from './byte-size.ts';
import { isStatePrefix } from './layout.ts';
import { limitsShape } from './limits.ts';

export const TASK_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const ENDPOINT = /^(https?:\/\/)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?\/?$/;
const HOST = /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])$/;
const MANIFEST = /^cos:\/\/[^/]+\/.+$/s;

const endpoint = z.string().regex(ENDPOINT, 'is not an endpoint: [http[s]://]host[:port]').meta({
  description:
    'scheme, host and port to connect to; an IP address or localhost keeps the bucket’s own Host header',
});

const source = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'is not an OSS bucket name')
    .meta({ description: 'OSS bucket' }),
  region: z
    .string()
    .regex(/^oss-[a-z0-9-]+$/, 'is not an OSS region such as "oss-cn-hangzhou"')
    .meta({ description: 'OSS region' }),
  endpoint: endpoint.optional(),
  prefix: z.string().default('').meta({ description: 'copy only keys that begin with this' }),
  manifest: z
    .string()
    .regex(MANIFEST, 'is not a manifest address such as "cos://bucket-1250000000/path/failed.jsonl"')
    .optional()
    .meta({
      description:
        'copy the keys of this object instead of listing: a failed manifest, JSONL or one key a line, .gz or not',
    }),
});

const STORAGE_CLASSES = [
  'keep', 'STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'ARCHIVE', 'DEEP_ARCHIVE',
  'MAZ_STANDARD', 'MAZ_STANDARD_IA', 'MAZ_INTELLIGENT_TIERING', 'MAZ_ARCHIVE',
] as const; // prettier-ignore

const cosBucket = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,48}-\d{5,}$/,
    'is not a COS bucket name with its APPID such as "photos-1250000000"',
  );

const target = z.strictObject({
  bucket: cosBucket.meta({ description: 'COS bucket with its APPID' }),
  region: z
    .string()
    .regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'is not a COS region such as "ap-guangzhou"')
    .meta({ description: 'COS region' }),
  endpoint: endpoint.optional(),
  prefix: z.string().default('').meta({ description: 'put before each source key' }),
  stripPrefix: z.boolean().default(false).meta({ description: 'take source.prefix off the key first' }),
  storageClass: z
    .enum(STORAGE_CLASSES)
    .default('keep')
    .meta({ description: 'keep maps the source’s class; or the class to store all objects in' }),
});

const instant = z.iso.datetime({ offset: true });

const filter = z.strictObject({
  modifiedAfter: instant.optional().meta({ description: 'only objects modified at or after this instant' }),
  modifiedBefore: instant.optional().meta({ description: 'only objects modified before this instant' }),
  include: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'only keys that match one of these globs' }),
  exclude: z
    .array(z.string().min(1))
    .optional()
    .meta({ description: 'no key that matches one of these globs' }),
  minBytes: byteSize('smallest size').optional(),
  maxBytes: byteSize('largest size').optional(),
});

const headers = z.strictObject({
  mode: z
    .enum(['keep', 'drop', 'replace'])
    .default('keep')
    .meta({ description: 'keep all headers and user metadata; drop all; or replace them with "set"' }),
  set: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'with mode "replace": standard headers and x-cos-meta-* to store' }),
  provenance: z
    .boolean()
    .default(false)
    .meta({ description: 'add the source’s ETag, CRC-64 and Last-Modified as user metadata' }),
  onIllegal: z.enum(['fail', 'rename', 'drop']).default('fail').meta({
    description:
      'metadata and tags that COS cannot hold: fail the object, rename ("_" becomes "-"), or drop them',
  }),
});

const state = z.strictObject({
  bucket: cosBucket
    .optional()
    .meta({ description: 'COS bucket of the state objects; default: the target bucket' }),
  prefix: z
    .string()
    .regex(/\/$/, 'must end with /')
    .refine(
      isStatePrefix,
      'is no prefix for state objects: at most 512 bytes, no / or \\ at its start, no //, ./ or ../, no control characters 0x18-0x1B',
    )
    .default('.oss2cos/')
    .meta({ description: 'prefix of the state objects' }),
});

export const taskShape = z
  .strictObject({
    taskId: z
      .string()
      .regex(TASK_ID, 'must match [a-z0-9][a-z0-9-]{0,62}')
      .optional()
      .meta({ description: 'default: source bucket and a hash of the task' }),
    source,
    target,
    conflict: z.enum(['overwrite', 'skip', 'newer', 'changed']).default('overwrite').meta({
      description:
        'what to do when the target has the key: overwrite; skip (keep the target’s); newer (overwrite if the source is as new or newer); changed (overwrite unless size and CRC-64 are equal)',
    }),
    filter: filter.prefault({}),
    headers: headers.prefault({}),
    limits: limitsShape.prefault({}),
    state: state.prefault({}),
    allowHttp: z
      .array(z.string().regex(HOST, 'is not a host, as it stands in an endpoint: without scheme and port'))
      .optional()
      .meta({
        description:
          'hosts whose endpoints may be http, which shows keys and contents to the network; this machine always may',
      }),
  })
  .meta({ title: 'oss2cos task', description: 'What the planner is invoked with' });

/** JSON Schema (draft 2020-12) of what a user may write, for editors; shipped as `task.schema.json`. */
export function taskJsonSchema(): object {
  return z.toJSONSchema(taskShape, { io: 'input' });
}
