import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { clientsOf, cloudOf, codeOf, functionNamed, untilActive, zipOf } from './cloud/harness.ts';

describe('the life of a function', () => {
  test('it is Creating, then Active, and keeps what it was created with', async () => {
    const { scf } = clientsOf(await cloudOf({ pollsUntilReady: 2 }));
    await scf.CreateFunction({
      ...functionNamed('copy'),
      MemorySize: 512,
      Timeout: 300,
      Role: 'oss2cos',
      VpcConfig: { VpcId: 'vpc-one', SubnetId: 'subnet-one' },
      ClsLogsetId: 'set-one',
      ClsTopicId: 'topic-one',
      Environment: { Variables: [{ Key: 'A', Value: 'b' }] },
      Tags: [{ Key: 'made-by', Value: 'test' }],
      Description: 'Copies, one segment at a time.',
    });
    const statuses = [];
    for (let polls = 0; polls < 3; polls += 1)
      statuses.push((await scf.GetFunction({ FunctionName: 'copy' })).Status);
    expect(statuses).toEqual(['Creating', 'Creating', 'Active']);
    expect(await scf.GetFunction({ FunctionName: 'copy' })).toMatchObject({
      MemorySize: 512,
      Timeout: 300,
      Runtime: 'Nodejs20.19',
      Handler: 'index.main_handler',
      Role: 'oss2cos',
      VpcConfig: { VpcId: 'vpc-one' },
      ClsTopicId: 'topic-one',
      Environment: { Variables: [{ Key: 'A', Value: 'b' }] },
      Tags: [{ Key: 'made-by', Value: 'test' }],
    });
  });

  test('a function that is not Active is neither changed nor deleted nor given triggers', async () => {
    const { scf } = clientsOf(await cloudOf());
    const FunctionName = 'copy';
    await scf.CreateFunction(functionNamed(FunctionName));
    const timer = { FunctionName, Type: 'timer', TriggerName: 't', TriggerDesc: '0 * * * * * *' };
    expect(await codeOf(scf.UpdateFunctionCode({ FunctionName, ZipFile: zipOf() }))).toBe(
      'FailedOperation.UpdateFunctionCode',
    );
    expect(await codeOf(scf.UpdateFunctionConfiguration({ FunctionName }))).toBe(
      'FailedOperation.UpdateFunctionConfiguration',
    );
    expect(await codeOf(scf.CreateTrigger(timer))).toBe('FailedOperation.CreateTrigger');
    expect(await codeOf(scf.DeleteFunction({ FunctionName }))).toBe('FailedOperation.DeleteFunction');
    await untilActive(scf, FunctionName);
    expect(await codeOf(scf.DeleteFunction({ FunctionName }))).toBe('');
  });

  test('new code and a new configuration each make it Updating; what is not named stays', async () => {
    const { scf } = clientsOf(await cloudOf());
    const FunctionName = 'copy';
    await scf.CreateFunction({ ...functionNamed(FunctionName), MemorySize: 256, Timeout: 60 });
    await untilActive(scf, FunctionName);
    const ZipFile = zipOf('exports.main_handler = async () => 2');
    await scf.UpdateFunctionCode({ FunctionName, ZipFile });
    expect((await scf.GetFunction({ FunctionName })).Status).toBe('Updating');
    const sha256 = createHash('sha256').update(Buffer.from(ZipFile, 'base64')).digest('hex');
    expect((await scf.GetFunctionAddress({ FunctionName })).CodeSha256).toBe(sha256);
    await scf.UpdateFunctionConfiguration({ FunctionName, Timeout: 90 });
    expect(await scf.GetFunction({ FunctionName })).toMatchObject({
      Status: 'Updating',
      MemorySize: 256,
      Timeout: 90,
    });
  });

  test('a creation or an update can fail after it was taken, and both can be mended', async () => {
    const cloud = await cloudOf();
    const { scf } = clientsOf(cloud);
    const FunctionName = 'copy';
    const status = async () => (await scf.GetFunction({ FunctionName })).Status;
    cloud.failLater(FunctionName);
    await scf.CreateFunction(functionNamed(FunctionName));
    expect([await status(), await status()]).toEqual(['Creating', 'CreateFailed']);
    expect(await codeOf(scf.UpdateFunctionCode({ FunctionName, ZipFile: zipOf() }))).toBe(
      'FailedOperation.UpdateFunctionCode',
    );
    await scf.DeleteFunction({ FunctionName });
    await scf.CreateFunction(functionNamed(FunctionName));
    await untilActive(scf, FunctionName);
    cloud.failLater(FunctionName);
    await scf.UpdateFunctionConfiguration({ FunctionName, Timeout: 9 });
    expect([await status(), await status()]).toEqual(['Updating', 'UpdateFailed']);
    await scf.UpdateFunctionConfiguration({ FunctionName, Timeout: 10 });
    expect([await status(), await status()]).toEqual(['Updating', 'Active']);
  });

  test('its code can come from COS, and a missing object is refused', async () => {
    const zip = Buffer.from(zipOf(), 'base64');
    const objects = (bucket: string, key: string) =>
      Promise.resolve(bucket === 'code' && key === 'copy.zip' ? zip : undefined);
    const { scf } = clientsOf(await cloudOf({ objects }));
    const create = (CosBucketName: string, CosObjectName: string) => {
      const Code = { CosBucketName, CosObjectName };
      return codeOf(scf.CreateFunction({ ...functionNamed('copy'), Code }));
    };
    expect(await create('code', '/another.zip')).toBe('ResourceNotFound.Cos');
    expect(await create('code', 'copy.zip')).toBe('InvalidParameterValue.CosObjectName');
    expect(await create('code-1250000000', '/copy.zip')).toBe('InvalidParameterValue.CosBucketName');
    expect(await create('code', '/copy.zip')).toBe('');
  });

  test('a deleted function is gone, with its triggers', async () => {
    const cloud = await cloudOf();
    const { scf } = clientsOf(cloud);
    const FunctionName = 'copy';
    await scf.CreateFunction(functionNamed(FunctionName));
    await untilActive(scf, FunctionName);
    await scf.CreateTrigger({ FunctionName, Type: 'timer', TriggerName: 't', TriggerDesc: '0 * * * * * *' });
    await scf.DeleteFunction({ FunctionName });
    expect(await codeOf(scf.ListTriggers({ FunctionName }))).toBe('ResourceNotFound.Function');
    expect(cloud.resources().functions).toEqual([]);
  });

  test('functions are listed in pages, by name, status and tag', async () => {
    const { scf } = clientsOf(await cloudOf());
    for (const name of ['alpha', 'beta', 'gamma'])
      await scf.CreateFunction({ ...functionNamed(name), Tags: [{ Key: 'letter', Value: name }] });
    const order = { Orderby: 'FunctionName', Order: 'ASC' };
    const second = await scf.ListFunctions({ ...order, Offset: 1, Limit: 1 });
    expect(second).toMatchObject({ TotalCount: 3, Functions: [{ FunctionName: 'beta' }] });
    expect(await scf.ListFunctions({ SearchKey: 'amm' })).toMatchObject({ TotalCount: 1 });
    const Filters = [{ Name: 'tag-letter', Values: ['alpha', 'beta'] }];
    expect(await scf.ListFunctions({ Filters })).toMatchObject({ TotalCount: 2 });
    const unknown = scf.ListFunctions({ Filters: [{ Name: 'Colour', Values: ['red'] }] });
    expect(await codeOf(unknown)).toBe('InvalidParameterValue.Filters');
  });
});

describe('what SCF refuses', () => {
  const variables = (...pairs: [string, string][]) => ({
    Environment: { Variables: pairs.map(([Key, Value]) => ({ Key, Value })) },
  });
  test.each([
    ['a name of one letter', { FunctionName: 'a' }, 'InvalidParameterValue.FunctionName'],
    ['a name that ends with _', { FunctionName: 'copy_' }, 'InvalidParameterValue.FunctionName'],
    ['a runtime that does not exist', { Runtime: 'Nodejs21' }, 'InvalidParameterValue.Runtime'],
    ['memory between the steps', { MemorySize: 200 }, 'InvalidParameterValue.MemorySize'],
    ['memory above 3072 MB', { MemorySize: 3200 }, 'LimitExceeded.Memory'],
    ['a timeout above 900 s', { Timeout: 901 }, 'LimitExceeded.Timeout'],
    ['a handler without a method', { Handler: 'index' }, 'InvalidParameterValue.Handler'],
    ['a long description', { Description: 'x'.repeat(1001) }, 'InvalidParameterValue.Description'],
    ['a description with a colon', { Description: 'a:b' }, 'InvalidParameterValue.Description'],
    ['a variable of the system', variables(['SCF_X', 'y']), 'InvalidParameterValue.EnvironmentSystemProtect'],
    ['an empty variable', variables(['X', '']), 'InvalidParameterValue.Environment'],
    [
      'more than 4 KB of variables',
      variables(['A', 'x'.repeat(2048)], ['B', 'x'.repeat(2047)]),
      'InvalidParameterValue.EnvironmentExceededLimit',
    ],
    ['a role that does not exist', { Role: 'nobody' }, 'FailedOperation.QcsRoleNotFound'],
    ['a subnet of no VPC', { VpcConfig: { VpcId: 'vpc-x', SubnetId: 'subnet-one' } }, 'ResourceNotFound.Vpc'],
    [
      'a log topic that does not exist',
      { ClsLogsetId: 'set-one', ClsTopicId: 'x' },
      'InvalidParameterValue.Cls',
    ],
    ['another namespace', { Namespace: 'mine' }, 'ResourceNotFound.Namespace'],
    ['no code', { Code: {} }, 'MissingParameter.Code'],
    ['no Base64', { Code: { ZipFile: 'a' } }, 'InvalidParameterValue.ZipFileBase64BinasciiError'],
    ['no zip', { Code: { ZipFile: 'aGVsbG8=' } }, 'InvalidParameterValue.ZipFile'],
    ['two sources of code', { Code: { ZipFile: zipOf(), CosBucketName: 'b' } }, 'InvalidParameterValue.Code'],
  ])('%s', async (_what, change, code) => {
    const cloud = await cloudOf();
    const { scf } = clientsOf(cloud);
    expect(await codeOf(scf.CreateFunction({ ...functionNamed('copy'), ...change }))).toBe(code);
    expect(cloud.resources().functions).toEqual([]);
  });

  test('a name that is taken', async () => {
    const { scf } = clientsOf(await cloudOf());
    await scf.CreateFunction(functionNamed('copy'));
    expect(await codeOf(scf.CreateFunction(functionNamed('copy')))).toBe('ResourceInUse.FunctionName');
  });

  test('another runtime for a function that exists', async () => {
    const { scf } = clientsOf(await cloudOf());
    await scf.CreateFunction(functionNamed('copy'));
    await untilActive(scf, 'copy');
    const change = (Runtime: string) =>
      codeOf(scf.UpdateFunctionConfiguration({ FunctionName: 'copy', Runtime }));
    expect(await change('Nodejs18.15')).toBe('InvalidParameterValue.Runtime');
    expect(await change('Nodejs20.19')).toBe('');
  });

  test('a function, a version and a trigger that do not exist', async () => {
    const { scf } = clientsOf(await cloudOf());
    const FunctionName = 'copy';
    expect(await codeOf(scf.GetFunction({ FunctionName }))).toBe('ResourceNotFound.Function');
    await scf.CreateFunction(functionNamed(FunctionName));
    await untilActive(scf, FunctionName);
    expect(await codeOf(scf.GetFunction({ FunctionName, Qualifier: '3' }))).toBe(
      'ResourceNotFound.Qualifier',
    );
    const gone = scf.DeleteTrigger({ FunctionName, Type: 'timer', TriggerName: 't' });
    expect(await codeOf(gone)).toBe('ResourceNotFound.Trigger');
  });
});

describe('reserved concurrency', () => {
  const twoFunctions = async () => {
    const { scf } = clientsOf(await cloudOf());
    for (const name of ['copy', 'planner']) await scf.CreateFunction(functionNamed(name));
    const put = (FunctionName: string, ReservedConcurrencyMem: number) =>
      codeOf(scf.PutReservedConcurrencyConfig({ FunctionName, ReservedConcurrencyMem }));
    return { scf, put };
  };

  test('all functions together leave 12,800 MB of the quota free', async () => {
    const { put } = await twoFunctions();
    expect(await put('copy', 115_200)).toBe('');
    expect(await put('planner', 1)).toBe('LimitExceeded.FunctionReservedConcurrencyMemory');
    expect(await put('copy', 115_199)).toBe('');
    expect(await put('planner', 1)).toBe('');
  });

  test('it is read, and gone once deleted', async () => {
    const { scf, put } = await twoFunctions();
    const FunctionName = 'copy';
    await put(FunctionName, 1024);
    expect((await scf.GetReservedConcurrencyConfig({ FunctionName })).ReservedMem).toBe(1024);
    await scf.DeleteReservedConcurrencyConfig({ FunctionName });
    expect((await scf.GetReservedConcurrencyConfig({ FunctionName })).ReservedMem).toBeUndefined();
  });
});
