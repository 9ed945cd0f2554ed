import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { shell } from './shell.ts';

const COMMANDS = ['migrate', 'status', 'pause', 'resume', 'cancel', 'limit', 'retry', 'preflight', 'policy'];

describe('help', () => {
  it('--version prints the version of the package alone', async () => {
    expect(await shell(['--version'])).toEqual({
      status: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  it('--help names every command and every credential', async () => {
    const { status, stdout } = await shell(['--help']);
    expect(status).toBe(0);
    for (const word of [...COMMANDS, 'OSS_ACCESS_KEY_SECRET', 'COS_SECRET_KEY'])
      expect(stdout).toContain(word);
  });

  it.each(COMMANDS)('%s --help shows an example of it and its exit status', async (command) => {
    const { status, stdout, stderr } = await shell([command, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`oss2cos ${command} `);
    expect(stdout).toContain('Exit status:');
  });

  it('a command line without a command shows the help on stderr, and is an error', async () => {
    const { status, stdout, stderr } = await shell([]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Usage: oss2cos');
  });
});

describe('a command line that is none', () => {
  it.each([
    [['migrat', 'task.json'], "unknown command 'migrat'"],
    [['migrate'], "missing required argument 'TASK'"],
    [['migrate', 'a.json', 'b.json'], 'too many arguments'],
    [['status', 'a.json', '--jsn'], "unknown option '--jsn'"],
    [['migrate', 'a.json', '--concurrency', '0'], 'a whole number from 1 to'],
    [['migrate', 'a.json', '--concurrency', '1e2'], 'a whole number from 1 to'],
  ])('%j is refused with its reason and status 1', async (args, reason) => {
    const { status, stdout, stderr } = await shell(args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(reason);
  });
});
