import { describe, expect, test } from 'vitest';
import { clientsOf, cloudOf, codeOf, functionNamed, untilActive } from './cloud/harness.ts';
import { recordingRuntime } from './cloud/recording-runtime.ts';

const FunctionName = 'copy';
const TIMER = { FunctionName, Type: 'timer', TriggerName: 'minute', TriggerDesc: '0 */1 * * * * *' };
const FIELDS = { maxMsgNum: 1, offset: 'earliest', retry: 3, timeOut: 5, consumerGroupName: 'copy-group' };
const KAFKA = {
  FunctionName,
  Type: 'ckafka',
  TriggerName: 'ckafka-one-segments',
  TriggerDesc: JSON.stringify(FIELDS),
};
const TRIGGER_DESC = 'InvalidParameterValue.TriggerDesc';

function changed(fields: object) {
  return { ...KAFKA, TriggerDesc: JSON.stringify({ ...FIELDS, ...fields }) };
}

async function withFunction() {
  const runtime = recordingRuntime();
  const cloud = await cloudOf({ runtime });
  const { scf } = clientsOf(cloud);
  await scf.CreateFunction({ ...functionNamed(FunctionName), MemorySize: 256 });
  await untilActive(scf, FunctionName);
  return { scf, cloud, runtime };
}

describe('triggers', () => {
  test('a timer goes in as a cron expression and comes out as an object, its switch as a number', async () => {
    const { scf } = await withFunction();
    await scf.CreateTrigger({ ...TIMER, CustomArgument: 'tick', Enable: 'CLOSE' });
    expect(await scf.ListTriggers({ FunctionName })).toMatchObject({
      TotalCount: 1,
      Triggers: [
        {
          Type: 'timer',
          TriggerName: 'minute',
          TriggerDesc: '{"cron":"0 */1 * * * * *"}',
          Enable: 0,
          CustomArgument: 'tick',
        },
      ],
    });
  });

  test('the runtime is told of every change, with the function as it is then', async () => {
    const { scf, runtime } = await withFunction();
    await scf.CreateTrigger(KAFKA);
    const active = {
      kind: 'ckafka',
      name: 'ckafka-one-segments',
      topic: 'segments',
      instanceId: 'ckafka-one',
      group: 'copy-group',
      maxMsgNum: 1,
      offset: 'earliest',
      retry: 3,
      timeOutS: 5,
    };
    expect(runtime.triggers.get(FunctionName)).toEqual([active]);
    await scf.PutReservedConcurrencyConfig({ FunctionName, ReservedConcurrencyMem: 512 });
    expect(runtime.functions.get(FunctionName)).toMatchObject({ reservedConcurrencyMb: 512, memoryMb: 256 });
    await scf.UpdateTrigger({ ...KAFKA, Enable: 'CLOSE' });
    expect(runtime.triggers.get(FunctionName)).toEqual([]);
    await scf.UpdateTrigger({ FunctionName, Type: 'ckafka', TriggerName: KAFKA.TriggerName, Enable: 'OPEN' });
    expect(runtime.triggers.get(FunctionName)).toEqual([active]);
    await scf.DeleteTrigger({ FunctionName, Type: 'ckafka', TriggerName: KAFKA.TriggerName });
    expect(runtime.triggers.get(FunctionName)).toEqual([]);
  });

  test('a CKafka trigger’s group may be left out, its other fields may not', async () => {
    const { scf, runtime } = await withFunction();
    const fields = { maxMsgNum: '10', offset: 'latest', retry: 10_000, timeOut: 60 };
    for (const missing of Object.keys(fields)) {
      const TriggerDesc = JSON.stringify({ ...fields, [missing]: undefined });
      expect(await codeOf(scf.CreateTrigger({ ...KAFKA, TriggerDesc }))).toBe(TRIGGER_DESC);
    }
    await scf.CreateTrigger({ ...KAFKA, TriggerDesc: JSON.stringify(fields) });
    expect(runtime.triggers.get(FunctionName)).toMatchObject([{ maxMsgNum: 10, retry: 10_000, group: '' }]);
  });

  test('a trigger is found only on the version or alias it was made for', async () => {
    const { scf } = await withFunction();
    await scf.CreateTrigger({ ...TIMER, Qualifier: '$DEFAULT' });
    const named = { FunctionName, Type: 'timer', TriggerName: 'minute' };
    expect(await codeOf(scf.DeleteTrigger(named))).toBe('ResourceNotFound.Trigger');
    expect(await codeOf(scf.DeleteTrigger({ ...named, Qualifier: '$DEFAULT' }))).toBe('');
  });

  test.each([
    ['a type that is gone', { ...TIMER, Type: 'cmq' }, 'InvalidParameterValue.Type'],
    ['a cron expression of five fields', { ...TIMER, TriggerDesc: '* * * * *' }, TRIGGER_DESC],
    ['a switch that is no word', { ...TIMER, Enable: '1' }, 'InvalidParameterValue.Enable'],
    ['a topic that does not exist', { ...KAFKA, TriggerName: 'ckafka-one-x' }, 'ResourceNotFound.Ckafka'],
    [
      'an instance that does not exist',
      { ...KAFKA, TriggerName: 'ckafka-x-segments' },
      'ResourceNotFound.Ckafka',
    ],
    ['a topic with an ACL', { ...KAFKA, TriggerName: 'ckafka-one-guarded' }, 'InvalidParameterValue.Ckafka'],
    ['a batch of no message', changed({ maxMsgNum: 0 }), TRIGGER_DESC],
    ['a wait above 60 s', changed({ timeOut: 61 }), TRIGGER_DESC],
    ['another offset', changed({ offset: 'newest' }), TRIGGER_DESC],
    ['a field that is unknown', changed({ group: 'x' }), TRIGGER_DESC],
    [
      'an argument without a timer',
      { ...KAFKA, CustomArgument: 'x' },
      'InvalidParameterValue.CustomArgument',
    ],
  ])('%s is refused', async (_what, params, code) => {
    const { scf, cloud } = await withFunction();
    expect(await codeOf(scf.CreateTrigger(params))).toBe(code);
    expect(cloud.resources().functions[0]?.triggers).toEqual([]);
  });

  test('a trigger of COS can be made, and not updated', async () => {
    const { scf } = await withFunction();
    const TriggerName = 'photos-1250000000.cos.ap-guangzhou.myqcloud.com';
    const cos = { FunctionName, Type: 'cos', TriggerName, TriggerDesc: '{"event":"cos:ObjectCreated:*"}' };
    await scf.CreateTrigger(cos);
    expect(await codeOf(scf.UpdateTrigger(cos))).toBe('InvalidParameterValue.Type');
  });

  test('one name is taken once, and ten triggers of one type are enough', async () => {
    const { scf } = await withFunction();
    await scf.CreateTrigger(TIMER);
    expect(await codeOf(scf.CreateTrigger(TIMER))).toBe('ResourceInUse.Trigger');
    for (let at = 1; at < 10; at += 1) await scf.CreateTrigger({ ...TIMER, TriggerName: `minute-${at}` });
    expect(await codeOf(scf.CreateTrigger({ ...TIMER, TriggerName: 'one-more' }))).toBe(
      'LimitExceeded.Trigger',
    );
  });
});

describe('invocations', () => {
  test('one that waits answers what the function returned', async () => {
    const { scf, runtime } = await withFunction();
    runtime.outcome = { retMsg: '{"copied":3}', log: 'x'.repeat(5_000), durationMs: 1.5 };
    const call = { FunctionName, ClientContext: '{"taskId":"t"}' };
    expect(await scf.Invoke(call)).toMatchObject({
      Result: { RetMsg: '{"copied":3}', InvokeResult: 0, BillDuration: 2, Log: '' },
    });
    expect((await scf.Invoke({ ...call, LogType: 'Tail' })).Result?.Log).toHaveLength(4_096);
    expect(runtime.events).toEqual(['{"taskId":"t"}', '{"taskId":"t"}']);
  });

  test('one that does not wait is tried three times where the code fails', async () => {
    const { cloud, runtime } = await withFunction();
    const { scf } = clientsOf(await cloudOf({ runtime, asyncRetryMs: 1 }));
    expect(cloud.resources().functions).toHaveLength(1);
    await scf.CreateFunction(functionNamed(FunctionName));
    await untilActive(scf, FunctionName);
    runtime.outcome = { status: 1, errMsg: 'broken' };
    const { Result } = await scf.Invoke({ FunctionName, InvocationType: 'Event', ClientContext: '{}' });
    expect(Result).toMatchObject({ RetMsg: '', InvokeResult: 0 });
    await expect.poll(() => runtime.events.length).toBe(3);
  });

  test.each([
    ['no JSON', { ClientContext: '{' }, 'InvalidParameterValue.Param'],
    ['more than 6 MB', { ClientContext: `"${'x'.repeat(6 * 1024 * 1024)}"` }, 'InvalidParameter.Payload'],
    [
      'more than 128 KB without waiting',
      { ClientContext: `"${'x'.repeat(128 * 1024)}"`, InvocationType: 'Event' },
      'InvalidParameter.Payload',
    ],
    ['another type', { InvocationType: 'DryRun' }, 'InvalidParameterValue.InvokeType'],
  ])('an event of %s is refused', async (_what, params, code) => {
    const { scf, runtime } = await withFunction();
    expect(await codeOf(scf.Invoke({ FunctionName, ...params }))).toBe(code);
    expect(runtime.events).toEqual([]);
  });

  test('without a runtime, and while it is being created, a function cannot be invoked', async () => {
    const { scf } = clientsOf(await cloudOf());
    await scf.CreateFunction(functionNamed(FunctionName));
    expect(await codeOf(scf.Invoke({ FunctionName }))).toBe('FailedOperation.InvokeFunction');
    await untilActive(scf, FunctionName);
    expect(await codeOf(scf.Invoke({ FunctionName }))).toBe('InternalError.System');
  });

  test('a function runs with the key of its role', async () => {
    const { scf, runtime } = await withFunction();
    await scf.UpdateFunctionConfiguration({ FunctionName, Role: 'oss2cos' });
    await scf.Invoke({ FunctionName });
    expect(runtime.functions.get(FunctionName)?.role).toEqual({
      id: 'AKIDrole',
      secret: 'role-secret',
      token: 'role-token',
    });
  });
});

test('logs by GetFunctionLogs are off line', async () => {
  const { scf } = await withFunction();
  expect(await codeOf(scf.GetFunctionLogs({ FunctionName }))).toBe('ActionOffline');
});
