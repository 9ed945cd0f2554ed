import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shell } from './shell.ts';

const TASK = {
  taskId: 'photos-2026',
  source: { bucket: 'photos', region: 'oss-cn-hangzhou' },
  target: { bucket: 'photos-1250000000', region: 'ap-guangzhou' },
};
/** Nothing listens: whoever looks for a task that is not there must not get as far as the network. */
const STATE = ['--state-dir'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oss2cos-cli-'));
  await mkdir(join(folder, 'photos-2026'));
  await writeFile(join(folder, 'photos-2026', 'task.json'), JSON.stringify(TASK));
  await writeFile(join(folder, 'task.json'), `\ufeff${JSON.stringify(TASK)}`);
  await writeFile(join(folder, 'broken.json'), '{ "source": ');
  await writeFile(
    join(folder, 'mistaken.json'),
    JSON.stringify({ ...TASK, target: { bucket: 'photos', region: 'ap-guangzhou' }, conflcit: 'skip' }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** `policy` shows which task was read, and needs neither keys nor network. */
async function read(argument: string, stdin = '') {
  return shell(['policy', argument, '--ram', ...STATE, folder], { stdin, env: {} });
}

describe('a task', () => {
  it('is read from a file, with or without a byte order mark', async () => {
    expect((await read(join(folder, 'task.json'))).stdout).toContain('acs:oss:');
  });

  it('is read from standard input', async () => {
    expect((await read('-', JSON.stringify(TASK))).stdout).toContain('acs:oss:');
  });

  it('is found by its id in the state directory', async () => {
    expect((await read('photos-2026')).stdout).toContain('acs:oss:');
  });

  it('that is nowhere is named, with the places that were looked at', async () => {
    const { status, stdout, stderr } = await read('videos-2026');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`no task file videos-2026, and the state directory ${folder}`);
    expect((await read('./no/such.json')).stderr).toBe('there is no task file ./no/such.json\n');
  });

  it('that is not JSON is refused with the place where it ends', async () => {
    const { status, stderr } = await read(join(folder, 'broken.json'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/broken\.json is not JSON: .+/);
    expect((await read('-', 'x')).stderr).toMatch(/^standard input is not JSON: /);
  });

  it('with mistakes is refused with all of them, each with its path', async () => {
    const { status, stdout, stderr } = await read(join(folder, 'mistaken.json'));
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('  - target.bucket: is not a COS bucket name with its APPID');
    expect(stderr).toContain('  - conflcit: is not a property of a task');
  });
});

describe('the address of a task', () => {
  const env = { COS_SECRET_ID: 'cos-id', COS_SECRET_KEY: 'cos-secret' };

  it('needs its region', async () => {
    const { status, stderr } = await shell(['status', 'cos://photos-1250000000/.oss2cos/photos-2026'], {
      env,
    });
    expect([status, stderr]).toEqual([
      1,
      'cos://photos-1250000000/.oss2cos/photos-2026 needs --region, the region of the bucket photos-1250000000\n',
    ]);
  });

  it.each(['cos://', 'cos://photos-1250000000', 'cos://photos-1250000000/', 'cos://b/.oss2cos/Not An Id'])(
    '%s is refused',
    async (address) => {
      const { status, stderr } = await shell(['pause', address, '--region', 'ap-guangzhou'], { env });
      expect(status).toBe(1);
      expect(stderr).toContain('is not the address of a task such as cos://BUCKET/.oss2cos/TASKID');
    },
  );

  it('is not something to migrate', async () => {
    const { status, stderr } = await shell(['migrate', 'cos://b-1250000000/.oss2cos/photos'], { env });
    expect(status).toBe(1);
    expect(stderr).toContain('migrate takes a task file or a task id');
  });
});

describe('credentials that are missing', () => {
  it('are all named at once, before anything is asked of a store', async () => {
    for (const command of ['migrate', 'preflight']) {
      const { status, stdout, stderr } = await shell([command, 'photos-2026', ...STATE, folder], { env: {} });
      expect([status, stdout]).toEqual([1, '']);
      for (const name of ['OSS_ACCESS_KEY_ID', 'OSS_ACCESS_KEY_SECRET', 'COS_SECRET_ID', 'COS_SECRET_KEY'])
        expect(stderr).toContain(name);
    }
  });

  it('are those of COS alone where only state objects are looked at', async () => {
    const { stderr } = await shell(['status', 'photos-2026', ...STATE, folder], { env: {} });
    expect(stderr).toContain('COS_SECRET_ID');
    expect(stderr).not.toContain('OSS_ACCESS_KEY_ID');
  });

  it('at an address is not looked for in the clear, unless that is allowed', async () => {
    const address = ['cos://logs-1250000000/.oss2cos/photos', '--region', 'ap-guangzhou'];
    const asked = await shell(['status', ...address, '--endpoint', 'http://10.0.0.5']);
    expect([asked.status, asked.stdout]).toEqual([1, '']);
    expect(asked.stderr).toContain('--endpoint http://10.0.0.5 is http');
    expect(asked.stderr).toContain('add --allow-http');
  });
});
