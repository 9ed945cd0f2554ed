import { describe, expect, it } from 'vitest';
import { UserError } from '../../lib/core/errors.ts';
import { SCF } from '../../lib/core/platform.ts';
import { kafkaSettings, mysqlSettings } from '../../lib/runtime/engines.ts';
import { FUNCTION } from '../../lib/runtime/limits.ts';
import { Settings } from '../../lib/runtime/settings.ts';

const KAFKA = { OSS2COS_KAFKA_BROKERS: '10.0.0.1:9092, 10.0.0.2:9092' };
const MYSQL = {
  OSS2COS_MYSQL_HOST: '10.0.0.3',
  OSS2COS_MYSQL_USER: 'oss2cos',
  OSS2COS_MYSQL_PASSWORD: 'mysql-canary',
};

function mistakesIn(env: Record<string, string>): readonly string[] {
  const settings = new Settings(env);
  kafkaSettings(settings);
  mysqlSettings(settings);
  try {
    settings.check('wrong:');
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.mistakes;
    throw error;
  }
}

describe('the engines’ settings', () => {
  it('need brokers, a host and a user, and take defaults for the rest', () => {
    const settings = new Settings({ ...KAFKA, ...MYSQL });
    expect(kafkaSettings(settings)).toEqual({
      ...{ brokers: ['10.0.0.1:9092', '10.0.0.2:9092'], prefix: 'oss2cos-', tls: undefined, sasl: undefined },
    });
    expect(mysqlSettings(settings)).toEqual({
      ...{ host: '10.0.0.3', port: 3306, user: 'oss2cos', password: 'mysql-canary' },
      ...{ database: 'oss2cos', tls: undefined },
    });
    settings.check('wrong:');
  });

  it('carry a user, a password and an authority where they are named', () => {
    const kafka = kafkaSettings(
      new Settings({
        ...{ ...KAFKA, OSS2COS_KAFKA_PREFIX: 'x-', OSS2COS_KAFKA_TLS: 'true', OSS2COS_KAFKA_CA: 'pem' },
        ...{ OSS2COS_KAFKA_USERNAME: 'instance#user', OSS2COS_KAFKA_PASSWORD: 'p' },
      }),
    );
    expect(kafka).toMatchObject({
      ...{ prefix: 'x-', tls: { ca: 'pem' }, sasl: { username: 'instance#user', password: 'p' } },
    });
    const mysql = {
      ...MYSQL,
      OSS2COS_MYSQL_PORT: '3307',
      OSS2COS_MYSQL_DATABASE: 'd',
      OSS2COS_MYSQL_TLS: 'true',
    };
    expect(mysqlSettings(new Settings(mysql))).toMatchObject({ port: 3307, database: 'd', tls: {} });
  });

  it('that are missing or wrong are all named at once', () => {
    expect(mistakesIn({}).map((text) => text.split(' ')[0])).toEqual([
      ...['OSS2COS_KAFKA_BROKERS', 'OSS2COS_MYSQL_HOST', 'OSS2COS_MYSQL_USER', 'OSS2COS_MYSQL_PASSWORD'],
    ]);
    const wrong = {
      ...{ OSS2COS_KAFKA_BROKERS: '10.0.0.1', OSS2COS_KAFKA_TLS: 'yes', OSS2COS_KAFKA_USERNAME: 'u' },
      ...{ ...MYSQL, OSS2COS_MYSQL_PORT: '70000' },
    };
    const mistakes = mistakesIn(wrong);
    for (const part of ['10.0.0.1 has no port', 'OSS2COS_KAFKA_TLS', 'OSS2COS_KAFKA_PASSWORD', '70000'])
      expect(mistakes.filter((mistake) => mistake.includes(part))).toHaveLength(1);
    expect(mistakes).toHaveLength(4);
  });
});

describe('a function’s connections', () => {
  it('to both stores, the state and the engines stay under its file descriptors', () => {
    const stores = 3 * FUNCTION.connectionsMax;
    const enginesAndNode = 100;
    expect(stores + enginesAndNode).toBeLessThan(SCF.fileDescriptors);
    expect(FUNCTION.lanes + FUNCTION.partsInFlight).toBeLessThanOrEqual(FUNCTION.connectionsMax);
  });
});
