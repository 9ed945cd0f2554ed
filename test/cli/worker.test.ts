import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../support/migration.ts';
import { shell } from './shell.ts';

const task =
  '{"source":{"bucket":"photos","region":"oss-cn-hangzhou"},"target":{"bucket":"photos-1250000000","region":"ap-guangzhou"}}';

describe('a worker', () => {
  it('is refused roles that there are not', async () => {
    const { status, stderr } = await shell(['worker', '--roles', 'copy,lister,boss']);
    expect(status).toBe(1);
    expect(stderr).toContain('--roles takes planner, copy, reporter, with commas between, not lister, boss');
  });

  it('names everything that its environment lacks at once, for the roles it plays', async () => {
    const missing = async (roles: string, env: Record<string, string> = {}) => {
      const { status, stdout, stderr } = await shell(['worker', '--roles', roles], { env });
      expect([status, stdout]).toEqual([1, '']);
      return stderr;
    };
    const all = await missing('planner,copy');
    for (const name of ['OSS_ACCESS_KEY_ID', 'COS_SECRET_KEY', 'OSS2COS_KAFKA_BROKERS', 'OSS2COS_MYSQL_HOST'])
      expect(all).toContain(name);
    expect(await missing('copy', ENVIRONMENT)).not.toContain('OSS2COS_MYSQL');
    const reporter = await missing('reporter');
    expect(reporter).toContain('OSS2COS_MYSQL_PASSWORD');
    expect(reporter).not.toContain('OSS_ACCESS_KEY');
  });

  it('says so when no broker answers, and ends', async () => {
    const env = { ...ENVIRONMENT, OSS2COS_KAFKA_BROKERS: '127.0.0.1:1' };
    const { status, stderr } = await shell(['worker'], { env });
    expect(status).toBe(1);
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).not.toContain('    at ');
  });
});

describe('start', () => {
  it('names what the environment lacks before anything is begun', async () => {
    const { status, stderr } = await shell(['start', '-'], { env: ENVIRONMENT, stdin: task });
    expect(status).toBe(1);
    expect(stderr).toContain('OSS2COS_KAFKA_BROKERS');
    expect(stderr).toContain('OSS2COS_MYSQL_USER');
  });
});
