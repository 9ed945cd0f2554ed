/** A deploy that was broken off anywhere goes on with the next one, and remove takes away whatever there is. */
import { expect, test } from 'vitest';
import { remove } from '../../scripts/deploy/remove.ts';
import { type Account, openAccount, writes } from '../deploy/account.ts';
import { contextFor, deployTo, ear } from '../deploy/service.ts';

const CAPPED = { functions: { copy: { reservedConcurrency: 8 } } };

/** Ids, tags of functions and whatever else a second account would have alike; ids of logs differ. */
function shapeOf({ cloud }: Account): unknown {
  const { functions, topics, logsets, logTopics } = cloud.resources();
  const fns = functions.map(
    ({ name, status, tags, codeSha256, environment, reservedMb, triggers, settings }) => {
      return {
        name,
        status,
        tags,
        codeSha256,
        environment,
        reservedMb,
        triggers,
        memory: settings.MemorySize,
      };
    },
  );
  const logs = logTopics.map(({ name, indexed, periodDays }) => ({ name, indexed, periodDays }));
  return { fns, topics, logsets: logsets.map(({ name }) => name), logs };
}

async function removeFrom(account: Account): Promise<string[]> {
  const heard = ear();
  await remove(contextFor(account, heard));
  return heard.lines;
}

/** Which calls a whole first deploy makes, in their order; each is one place to break. */
async function wholeDeploy(): Promise<{ calls: string[]; shape: unknown }> {
  const account = await openAccount();
  await deployTo(account, CAPPED);
  return { calls: writes(account.cloud), shape: shapeOf(account) };
}

test.each([
  ['before it was done', false],
  ['after it was done, its answer lost', true],
])(
  'a deploy completes although an earlier one was refused at any one call, %s',
  { timeout: 120_000 },
  async (_when, after) => {
    const { calls, shape } = await wholeDeploy();
    expect(calls).toHaveLength(14);
    for (const [index, call] of calls.entries()) {
      const account = await openAccount();
      const skip = calls.slice(0, index).filter((earlier) => earlier === call).length;
      account.cloud.fail(call, { code: 'FailedOperation', after, skip });
      await expect(deployTo(account, CAPPED), `${call} ${skip}`).rejects.toThrow('FailedOperation');
      expect((await deployTo(account, CAPPED)).length, `${call} ${skip}`).toBeGreaterThan(0);
      expect(shapeOf(account), `${call} ${skip}`).toEqual(shape);
      expect(await deployTo(account, CAPPED)).toEqual(['oss2cos-dev: nothing to change']);
    }
  },
);

test('what is refused for a moment is called again, as far as that is safe', async () => {
  const account = await openAccount();
  account.cloud.fail('CreateFunction', { code: 'RequestLimitExceeded' }, 2);
  account.cloud.fail('GetFunction', { code: 'InternalError' }, 2);
  await deployTo(account);
  expect(
    account.cloud.calls.filter(({ action, error }) => action === 'CreateFunction' && error !== undefined),
  ).toHaveLength(2);
});

test('an internal error at what creates is not repeated blindly', async () => {
  const account = await openAccount();
  account.cloud.fail('CreateFunction', { code: 'InternalError' });
  await expect(deployTo(account)).rejects.toThrow('scf CreateFunction failed with InternalError');
  expect(account.cloud.calls.filter(({ action }) => action === 'CreateFunction')).toHaveLength(1);
});

test('a refusal names the action, the code, the request and what to do', async () => {
  const account = await openAccount();
  account.cloud.fail('CreateLogset', { code: 'UnauthorizedOperation', message: 'not you' });
  await expect(deployTo(account)).rejects.toThrow(
    /^cls CreateLogset failed with UnauthorizedOperation: not you \(request [\w-]+\)\. The key's user lacks the permission cls:CreateLogset: add it in CAM\.$/,
  );
});

test('remove leaves nothing of ours and everything else', async () => {
  const account = await openAccount();
  const before = account.cloud.resources();
  await deployTo(account, { provider: { stage: 'other' }, functions: namesOf('other') });
  const others = account.cloud.resources();
  await deployTo(account, CAPPED);
  const lines = await removeFrom(account);
  expect(lines.filter((line) => line.startsWith('removed'))).toHaveLength(8);
  expect(account.cloud.resources()).toEqual(others);
  expect(account.cloud.resources().clusters).toEqual(before.clusters);
});

function namesOf(stage: string) {
  return Object.fromEntries(
    ['planner', 'copy', 'reporter'].map((key) => [key, { name: `oss2cos-${stage}-${key}` }]),
  );
}

test('remove leaves an adopted topic and says so, and has nothing to do the second time', async () => {
  const topic = { name: 'oss2cos-dev-ranges', partitions: 8, replicas: 2, retentionMs: 604_800_000 };
  const [instance] = (await openAccount()).cloud.resources().ckafkaInstances;
  const account = await openAccount({
    ckafka: [{ id: instance!.id, vpcId: 'vpc-test0001', topics: [topic] }],
  });
  await deployTo(account);
  expect(await removeFrom(account)).toContain(
    'left alone: topic oss2cos-dev-ranges; it was not made by this deployment',
  );
  expect(account.cloud.resources().topics.map(({ name }) => name)).toEqual([topic.name]);
  account.cloud.resetCalls();
  expect(await removeFrom(account)).toContain('oss2cos-dev: nothing to remove');
  expect(writes(account.cloud)).toEqual([]);
});

test('who may not look at networks can remove what was deployed all the same', async () => {
  const account = await openAccount();
  await deployTo(account);
  account.cloud.fail('DescribeVpcs', { code: 'UnauthorizedOperation' });
  expect(await removeFrom(account)).toContain('removed logset oss2cos-dev');
});

test('a removal that was refused at any one call is completed by the next', { timeout: 60_000 }, async () => {
  const whole = await openAccount();
  await deployTo(whole);
  whole.cloud.resetCalls();
  await removeFrom(whole);
  const calls = writes(whole.cloud);
  expect(calls).toHaveLength(8);
  for (const [index, call] of calls.entries()) {
    const account = await openAccount();
    const empty = account.cloud.resources();
    await deployTo(account);
    const skip = calls.slice(0, index).filter((earlier) => earlier === call).length;
    account.cloud.fail(call, { code: 'FailedOperation', after: index % 2 === 0, skip });
    await expect(removeFrom(account)).rejects.toThrow('FailedOperation');
    await removeFrom(account);
    expect(account.cloud.resources()).toEqual(empty);
  }
});
