import { expect, it } from 'vitest';
import { shell } from './shell.ts';

const TASK = JSON.stringify({
  source: { bucket: 'photos', region: 'oss-cn-hangzhou', prefix: '2024/' },
  target: { bucket: 'photos-1250000000', region: 'ap-guangzhou' },
});

function policy(...flags: string[]) {
  return shell(['policy', '-', ...flags], { stdin: TASK, env: {} });
}

it('both documents are printed, each under two lines on where to paste it', async () => {
  const { status, stdout, stderr } = await policy();
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  expect(lines[0]).toContain('RAM console');
  expect(lines[2]).toBe('{');
  const cam = lines.findIndex((line) => line.includes('CAM console'));
  expect(JSON.parse(lines.slice(2, cam).join('\n'))).toMatchObject({ Version: '1' });
  expect(JSON.parse(lines.slice(cam + 2).join('\n'))).toMatchObject({ version: '2.0' });
});

it.each([
  ['--ram', { Version: '1' }, 'RAM console'],
  ['--cam', { version: '2.0' }, 'CAM console'],
])('%s prints its JSON alone on stdout, and where to paste it on stderr', async (flag, shape, where) => {
  const { status, stdout, stderr } = await policy(flag);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject(shape);
  expect(stderr).toContain(where);
  expect(stderr.trimEnd().split('\n')).toHaveLength(2);
});

it('both flags print what none prints', async () => {
  expect(await policy('--ram', '--cam')).toEqual(await policy());
});
