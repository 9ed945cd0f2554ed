/** What serverless.yml may not say: each rule breaks alone, and all that break are told together. */
import { expect, test } from 'vitest';
import { mistakesIn } from '../../scripts/deploy/checks.ts';
import { cronMistake } from '../../scripts/deploy/cron.ts';
import { readSettings } from '../../scripts/deploy/settings.ts';
import { type Changes, framework } from './service.ts';

function mistakes(changes: Changes): string[] {
  return mistakesIn(readSettings(framework({ TENCENTCLOUD_REGION: 'ap-guangzhou' }, changes), {}));
}

test('the service as it is has no mistakes', () => {
  expect(mistakes({})).toEqual([]);
});

test.each<[string, Changes]>([
  [
    'functions.copy.memorySize: 200 MB; SCF has 64 MB, then 128 to 3072',
    { functions: { copy: { memorySize: 200 } } },
  ],
  ['functions.copy.memorySize: 4096 MB', { functions: { copy: { memorySize: 4096 } } }],
  ['functions.copy.timeout: at most 900 s', { functions: { copy: { timeout: 901 } } }],
  [
    'functions.copy.timeout: at least 90 s with a trigger on segments',
    { functions: { copy: { timeout: 89 } } },
  ],
  [
    'functions.planner.timeout: at least 90 s with a trigger on ranges',
    { functions: { planner: { timeout: 10 } } },
  ],
  ['functions.copy.handler: ', { functions: { copy: { handler: 'functions/copy.handler' } } }],
  ['functions.copy.name: 9lives', { functions: { copy: { name: '9lives' } } }],
  ['functions.helper: there are only planner, copy, reporter', { functions: { helper: {} } }],
  ['provider.kafka.replicas: at most 3', { provider: { kafka: { replicas: 4 } } }],
  ['provider.kafka.retentionMs: 60000 to 7776000000', { provider: { kafka: { retentionMs: 1 } } }],
  [
    'provider.kafka.partitions.results: at most 3000',
    { provider: { kafka: { partitions: { results: 3001 } } } },
  ],
  ['provider.kafka.access.brokers: host:port', { provider: { kafka: { access: { brokers: 'host' } } } }],
  ['functions.copy.vpc: outside the VPC', { functions: { copy: { vpc: false } } }],
  ['provider.logs.retentionDays: at most 3600', { provider: { logs: { retentionDays: 3601 } } }],
  ['reservedConcurrency: 115712 MB', { functions: { copy: { reservedConcurrency: 226 } } }],
  [
    'functions.copy.environment: SCF_X begins with a prefix',
    { functions: { copy: { environment: { SCF_X: 1 } } } },
  ],
  [
    'functions.copy.environment: MY_PASSWORD looks like a secret',
    { functions: { copy: { environment: { MY_PASSWORD: 'x' } } } },
  ],
  [
    'functions.copy.events: one ckafka event a topic',
    {
      functions: { copy: { events: [{ ckafka: { topic: 'segments' } }, { ckafka: { topic: 'segments' } }] } },
    },
  ],
  [
    'functions.copy.events.ckafka.batch: at most 10000',
    { functions: { copy: { events: [{ ckafka: { topic: 'segments', batch: 10_001 } }] } } },
  ],
  [
    'functions.copy.events.ckafka.waitS: 1 to 60',
    { functions: { copy: { events: [{ ckafka: { topic: 'segments', waitS: 61 } }] } } },
  ],
  [
    'functions.reporter.events.timer.cron: "* * * * *" has 5 fields',
    { functions: { reporter: { events: [{ timer: { cron: '* * * * *' } }] } } },
  ],
])('%s… is a mistake, and the only one', (mistake, changes) => {
  const found = mistakes(changes);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(mistake);
});

test('what fits into the limits exactly is no mistake', () => {
  const edge = { memorySize: 3072, timeout: 900, environment: { A: 'b' } };
  expect(
    mistakes({
      functions: {
        planner: edge,
        copy: { timeout: 90, reservedConcurrency: 225 },
        reporter: { memorySize: 64, timeout: 10 },
      },
    }),
  ).toEqual([]);
});

test.each(['0 */1 * * * * *', '0 0 2 1 * * *', '0 0 10 * * MON-FRI *', '15,30 0 0-6 * JAN,DEC 0 2026-2030'])(
  '%s is a cron that SCF takes',
  (cron) => {
    expect(cronMistake(cron)).toBeUndefined();
  },
);

test.each([
  ['60 * * * * * *', 'second'],
  ['* 60 * * * * *', 'minute'],
  ['* * 24 * * * *', 'hour'],
  ['* * * 0 * * *', 'day'],
  ['* * * * 13 * *', 'month'],
  ['* * * * * 7 *', 'weekday'],
  ['* * * * * * 1969', 'year'],
  ['5-1 * * * * * *', 'second'],
  ['*/0 * * * * * *', 'second'],
  ['1/2/3 * * * * * *', 'second'],
  [', * * * * * *', 'second'],
])('%s has a wrong %s', (cron, field) => {
  expect(cronMistake(cron)).toContain(`a wrong ${field}`);
});
