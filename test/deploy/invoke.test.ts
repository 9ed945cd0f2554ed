/** What `invoke` refuses before it calls anything. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { invoke } from '../../scripts/deploy/invoke.ts';
import type { Options } from '../../scripts/deploy/framework.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type Account, openAccount } from './account.ts';
import { contextFor, ear } from './service.ts';

function invoked(account: Account, options: Options): Promise<void> {
  return invoke(contextFor(account, ear(), {}, options));
}

test('a function that is not deployed is said to be missing, with the command that helps', async () => {
  await expect(invoked(await openAccount(), { function: 'copy' })).rejects.toThrow(
    'oss2cos-dev-copy does not exist; run serverless deploy first',
  );
});

test.each<[Options, string]>([
  [{ function: 'nobody' }, 'There is no function nobody; there are planner, copy, reporter'],
  [{ function: 'copy', data: '{' }, '--data is not JSON'],
  [{ function: 'copy', data: '{}', path: 'x.json' }, 'either --data or --path'],
  [{ function: 'copy', path: 'nowhere.json' }, 'ENOENT'],
  [{ function: 'copy', type: 'Sometimes' }, '--type: RequestResponse or Event'],
])('%o is refused without a call', async (options, message) => {
  const account = await openAccount();
  await expect(invoked(account, options)).rejects.toThrow(message);
  expect(account.cloud.calls).toEqual([]);
});

test.each([
  ['Event', 131_072],
  ['RequestResponse', 6_291_456],
])('an event too large for --type %s is refused with the limit', async (type, bytesMax) => {
  const account = await openAccount();
  const path = join(await tempFolder(), 'large.json');
  await writeFile(path, JSON.stringify('x'.repeat(bytesMax)));
  await expect(invoked(account, { function: 'copy', type, path })).rejects.toThrow(
    `The event has ${bytesMax + 2} bytes; SCF takes ${bytesMax} with --type ${type}`,
  );
  expect(account.cloud.calls).toEqual([]);
});
