/** Provisioning: what the account lacks is made once, found again, and given back. */
import { expect, test } from 'vitest';
import { remove } from '../../scripts/deploy/remove.ts';
import { type Account, openAccount, PLACES } from '../deploy/account.ts';
import { contextFor, deployTo, ear } from '../deploy/service.ts';

const NOTHING = { vpcs: [], subnets: [], ckafka: [], clusters: [] };
const PROVISION = { provider: { provision: 'true', zone: 'ap-guangzhou-6', zoneId: '100006' } };

async function emptyAccount(): Promise<Account> {
  const { cloud, env } = await openAccount(NOTHING, { pollsUntilReady: 1 });
  return { cloud, env: Object.fromEntries(Object.entries(env).filter(([name]) => !(name in PLACES))) };
}

async function removeFrom(account: Account): Promise<string[]> {
  const heard = ear();
  await remove(contextFor(account, heard, PROVISION));
  return heard.lines;
}

test('network, instance and cluster are made with their prices, and the second deploy makes no more', async () => {
  const account = await emptyAccount();
  const lines = await deployTo(account, PROVISION);
  expect(
    lines.some((line) =>
      /^created CKafka instance \S+ \(Pro, 20 MB\/s, 200 GB\): 1\.84 CNY an hour$/.test(line),
    ),
  ).toBe(true);
  expect(lines.some((line) => /^created TDSQL-C cluster .*: 0\.\d+ CNY an hour at 1 CCU/.test(line))).toBe(
    true,
  );
  expect(lines).toContain(
    'what was provisioned costs money by the hour until: npx serverless remove --param="provision=true"',
  );
  const made = account.cloud.resources();
  const again = await deployTo(account, PROVISION);
  expect(again).toContain('oss2cos-dev: nothing to change');
  expect(account.cloud.resources()).toEqual(made);
  expect([made.vpcs, made.subnets, made.ckafkaInstances, made.clusters].map((all) => all.length)).toEqual([
    1, 1, 1, 1,
  ]);
});

test('a price that cannot be had is replaced by the list price with its date', async () => {
  const account = await emptyAccount();
  account.cloud.fail('InquireCkafkaPrice', { code: 'UnauthorizedOperation' });
  const lines = await deployTo(account, PROVISION);
  expect(lines.some((line) => line.includes('list price of 2026-01'))).toBe(true);
});

test(
  'provisioning that was refused at any one call goes on with the next deploy, and nothing is bought twice',
  { timeout: 60_000 },
  async () => {
    for (const call of ['CreateVpc', 'CreateSubnet', 'CreatePostPaidInstance', 'CreateClusters'])
      for (const after of [false, true]) {
        const account = await emptyAccount();
        account.cloud.fail(call, { code: 'InternalError', after });
        await expect(deployTo(account, PROVISION)).rejects.toThrow(call);
        await deployTo(account, PROVISION);
        const { vpcs, subnets, ckafkaInstances, clusters, functions } = account.cloud.resources();
        const counts = [vpcs, subnets, ckafkaInstances, clusters, functions].map((all) => all.length);
        expect(counts, `${call} ${String(after)}`).toEqual([1, 1, 1, 1, 3]);
      }
  },
);

test('remove gives all of it back, and only with the parameter', { timeout: 60_000 }, async () => {
  const account = await emptyAccount();
  const empty = account.cloud.resources();
  await deployTo(account, PROVISION);
  const heard = ear();
  await remove(contextFor(account, heard));
  expect(heard.lines.some((line) => /^left alone: .*ckafka-.*provision=true/.test(line))).toBe(true);
  expect(account.cloud.resources().ckafkaInstances).toHaveLength(1);
  await removeFrom(account);
  expect(account.cloud.resources()).toEqual(empty);
});
