/** The shape of serverless.yml: what is not in it is refused by the framework before anything runs. */
import { TOPICS } from '../../lib/core/messages.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const count = { type: 'integer', minimum: 1 } as const;
const names = { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*\\??$' } } as const;
const variables = {
  type: 'object',
  additionalProperties: { anyOf: [text, { type: 'number' }, flag] },
} as const;
/** Parameters of the command line arrive as text. */
const countGiven = { anyOf: [count, { type: 'string', pattern: '^[1-9][0-9]*$' }] } as const;
const choice = { anyOf: [flag, { enum: ['true', 'false'] }] } as const;

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) {
  return { type: 'object', properties, required, additionalProperties: false };
}

const size = { memorySize: count, timeout: count, publicNet: flag, environment: variables, secrets: names };

export const CONFIGURATION_SCHEMA = {
  provider: {
    properties: {
      ...size,
      region: text,
      stage: { type: 'string', pattern: '^[A-Za-z0-9-]+$' },
      runtime: text,
      role: text,
      vpc: object({ vpcId: text, subnetId: text }),
      ssm: text,
      kafka: object({
        instanceId: text,
        partitions: object(Object.fromEntries(TOPICS.map((topic) => [topic, countGiven]))),
        replicas: count,
        retentionMs: count,
        access: object({ brokers: text, tls: flag }),
      }),
      mysql: object({
        clusterId: text,
        host: text,
        port: { anyOf: [text, count] },
        user: text,
        database: text,
      }),
      logs: object({ retentionDays: count }),
      code: object({ bucket: text, bundleMbMax: count }),
      copy: { enum: ['functions', 'workers'] },
      provision: choice,
      zone: text,
      zoneId: { type: 'string', pattern: '^[0-9]*$' },
    },
  },
  function: {
    properties: { ...size, handler: text, vpc: flag, reservedConcurrency: { type: 'integer', minimum: 0 } },
    required: ['handler'],
  },
  functionEvents: {
    timer: object({ cron: text }, ['cron']),
    ckafka: object(
      {
        topic: { enum: TOPICS },
        batch: count,
        waitS: count,
        retry: { type: 'integer', minimum: 0 },
        offset: { enum: ['earliest', 'latest'] },
      },
      ['topic'],
    ),
  },
} as const;
