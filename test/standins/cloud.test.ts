import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Client as Cam } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cam/v20190116/cam_client.js';
import { Client as Ssm } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ssm/v20190923/ssm_client.js';
import { Client as Sts } from 'tencentcloud-sdk-nodejs/tencentcloud/services/sts/v20180813/sts_client.js';
import { clientsOf, cloudOf, codeOf, functionNamed, KEY, ROLE_KEY } from './cloud/harness.ts';
import { startCloud } from './cloud/server.ts';

const MINUTE_MS = 60_000;

describe('who calls', () => {
  test('the SDK’s own signature is taken', async () => {
    const { scf } = clientsOf(await cloudOf());
    expect(await scf.ListFunctions({})).toMatchObject({ TotalCount: 0, Functions: [] });
  });

  test('a wrong secret is refused', async () => {
    const { scf } = clientsOf(await cloudOf(), { ...KEY, secret: 'another' });
    expect(await codeOf(scf.ListFunctions({}))).toBe('AuthFailure.SignatureFailure');
  });

  test('an unknown id is refused', async () => {
    const { scf } = clientsOf(await cloudOf(), { ...KEY, id: 'AKIDnobody' });
    expect(await codeOf(scf.ListFunctions({}))).toBe('AuthFailure.SecretIdNotFound');
  });

  test('a clock that is five minutes off is refused, and one that is four is not', async () => {
    const late = clientsOf(await cloudOf({ now: () => Date.now() + 5 * MINUTE_MS + 2_000 }));
    expect(await codeOf(late.scf.ListFunctions({}))).toBe('AuthFailure.SignatureExpire');
    const early = clientsOf(await cloudOf({ now: () => Date.now() - 4 * MINUTE_MS }));
    expect(await codeOf(early.scf.ListFunctions({}))).toBe('');
  });

  test('a temporary key needs its token', async () => {
    const cloud = await cloudOf();
    const { id, secret } = ROLE_KEY;
    expect(await codeOf(clientsOf(cloud, { id, secret }).scf.ListFunctions({}))).toBe(
      'AuthFailure.TokenFailure',
    );
    expect(await codeOf(clientsOf(cloud, ROLE_KEY).scf.ListFunctions({}))).toBe('');
  });

  test('a body that was changed on the way is refused, the same request unchanged is not', async () => {
    const cloud = await cloudOf();
    const { headers, body } = await signedRequest();
    const send = async (sent: string) => {
      const response = await fetch(cloud.url, { method: 'POST', headers, body: sent });
      return { status: response.status, answer: await response.json() };
    };
    expect(await send(body)).toMatchObject({ status: 200, answer: { Response: { TotalCount: 0 } } });
    expect(await send(body.replace('7', '8'))).toMatchObject({
      status: 200,
      answer: { Response: { Error: { Code: 'AuthFailure.SignatureFailure' } } },
    });
  });

  test('a request without a signature is refused', async () => {
    const cloud = await cloudOf();
    const headers = { 'X-TC-Action': 'ListFunctions', 'X-TC-Version': '2018-04-16' };
    const response = await fetch(cloud.url, { method: 'POST', headers, body: '{}' });
    expect(await response.json()).toMatchObject({
      Response: { Error: { Code: 'AuthFailure.InvalidAuthorization' } },
    });
  });
});

/** What the SDK sends for `ListFunctions({ Limit: 7 })`, caught on its way. */
async function signedRequest(): Promise<{ headers: Record<string, string>; body: string }> {
  let caught = { headers: {}, body: '' };
  const server = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      const { host: _host, connection: _connection, ...headers } = incoming.headers;
      caught = { headers, body };
      response.end('{"Response":{"RequestId":"x"}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { scf } = clientsOf({ endpoint: `127.0.0.1:${String(port)}` });
  await scf.ListFunctions({ Limit: 7 });
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return caught;
}

describe('what is asked', () => {
  test('an unknown parameter is refused, also inside another', async () => {
    const { scf } = clientsOf(await cloudOf());
    const wrong = { ...functionNamed('copy'), MemorySiz: 128 };
    expect(await codeOf(scf.CreateFunction(wrong))).toBe('UnknownParameter');
    const inner = { Variables: [{ Key: 'A', Value: 'b', Secret: true }] };
    const nested = { ...functionNamed('copy'), Environment: inner };
    expect(await codeOf(scf.CreateFunction(nested))).toBe('UnknownParameter');
  });

  test('a mistyped parameter is refused', async () => {
    const { scf, vpc } = clientsOf(await cloudOf());
    const wrong = { ...functionNamed('copy'), Timeout: '3' } as never;
    expect(await codeOf(scf.CreateFunction(wrong))).toBe('InvalidParameter');
    expect(await codeOf(vpc.DescribeVpcs({ Limit: 20 } as never))).toBe('InvalidParameter');
  });

  test('a missing parameter is refused', async () => {
    const { scf } = clientsOf(await cloudOf());
    expect(await codeOf(scf.CreateFunction({ FunctionName: 'copy' } as never))).toBe('MissingParameter');
  });

  test('an action of another service’s version is refused', async () => {
    const { scf } = clientsOf(await cloudOf());
    expect(await codeOf(scf.request('SearchLog', {}))).toBe('InvalidAction');
  });

  test('another region is refused', async () => {
    const cloud = await cloudOf({ region: 'ap-shanghai' });
    expect(await codeOf(clientsOf(cloud).scf.ListFunctions({}))).toBe('UnsupportedRegion');
  });

  test('a request above 10 MB is refused', async () => {
    const { scf } = clientsOf(await cloudOf());
    const Code = { ZipFile: 'A'.repeat(10 * 1024 * 1024) };
    expect(await codeOf(scf.CreateFunction({ ...functionNamed('copy'), Code }))).toBe(
      'RequestSizeLimitExceeded',
    );
  });
});

describe('what a test can ask for', () => {
  test('calls are remembered with their parameters and refusals', async () => {
    const cloud = await cloudOf();
    const { scf } = clientsOf(cloud);
    await scf.ListFunctions({ Limit: 3 });
    await codeOf(scf.GetFunction({ FunctionName: 'nothing' }));
    expect(cloud.calls).toMatchObject([
      { service: 'scf', action: 'ListFunctions', params: { Limit: 3 } },
      { action: 'GetFunction', error: 'ResourceNotFound.Function' },
    ]);
    cloud.resetCalls();
    expect(cloud.calls).toEqual([]);
  });

  test('a planned error happens as often as planned, instead of the work', async () => {
    const cloud = await cloudOf();
    const { scf } = clientsOf(cloud);
    cloud.fail('CreateFunction', { code: 'InternalError' }, 2);
    const create = () => codeOf(scf.CreateFunction(functionNamed('copy')));
    expect([await create(), await create()]).toEqual(['InternalError', 'InternalError']);
    expect(cloud.resources().functions).toEqual([]);
    expect(await create()).toBe('');
  });

  test('a planned error can come after the work, and after calls that go through', async () => {
    const cloud = await cloudOf();
    const { scf } = clientsOf(cloud);
    cloud.fail('*', { code: 'RequestLimitExceeded', after: true, skip: 1 });
    expect(await codeOf(scf.ListFunctions({}))).toBe('');
    expect(await codeOf(scf.CreateFunction(functionNamed('copy')))).toBe('RequestLimitExceeded');
    expect(cloud.resources().functions).toHaveLength(1);
  });

  test('a planned error that never happened fails the test that planned it', async () => {
    const cloud = await startCloud({ keys: [KEY], region: 'ap-guangzhou' });
    cloud.fail('DeleteFunction', { code: 'InternalError' });
    expect(cloud.unfired).toEqual([{ action: 'DeleteFunction', code: 'InternalError', times: 1 }]);
    await expect(cloud.close()).rejects.toThrow('DeleteFunction');
  });
});

describe('roles, secrets and identities', () => {
  test('a role that exists is answered, another is refused', async () => {
    const { configured } = clientsOf(await cloudOf());
    const cam = new Cam(configured);
    expect(await cam.GetRole({ RoleName: 'oss2cos' })).toMatchObject({ RoleInfo: { RoleName: 'oss2cos' } });
    expect(await codeOf(cam.GetRole({ RoleName: 'nobody' }))).toBe('InvalidParameter.RoleNotExist');
  });

  test('a secret is read with the key of a role', async () => {
    const { configured } = clientsOf(await cloudOf(), ROLE_KEY);
    const ssm = new Ssm(configured);
    const answer = await ssm.GetSecretValue({ SecretName: 'oss2cos/dev', VersionId: 'SSM_Current' });
    expect(answer.SecretString).toBe('{"OSS_ACCESS_KEY_ID":"x"}');
    const missing = ssm.GetSecretValue({ SecretName: 'nothing', VersionId: 'SSM_Current' });
    expect(await codeOf(missing)).toBe('ResourceNotFound');
  });

  test('the caller’s identity tells a role from the account', async () => {
    const cloud = await cloudOf();
    const typeOf = async (key: typeof KEY) =>
      (await new Sts(clientsOf(cloud, key).configured).GetCallerIdentity()).Type;
    expect([await typeOf(KEY), await typeOf(ROLE_KEY)]).toEqual(['RootAccount', 'AssumedRole']);
  });
});
