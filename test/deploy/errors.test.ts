/** What the cloud's refusals become, and where the cloud is looked for. */
import { expect, test } from 'vitest';
import { CloudError, isWorthRetrying } from '../../scripts/deploy/cloud-error.ts';
import { endpointOf } from '../../scripts/deploy/endpoint.ts';
import { momentOf } from '../../scripts/deploy/time-text.ts';

function error(code: string | undefined): CloudError {
  return new CloudError({ service: 'scf', action: 'GetFunction', code, words: 'words', requestId: 'r-1' });
}

test.each([
  ['UnauthorizedOperation.CAM', 'lacks the permission scf:GetFunction'],
  ['AuthFailure.UnauthorizedOperation', 'lacks the permission scf:GetFunction'],
  ['AuthFailure.SignatureFailure', 'TENCENTCLOUD_SECRET_KEY does not belong to TENCENTCLOUD_SECRET_ID'],
  ['AuthFailure.SignatureExpire', 'The clock of this machine is wrong'],
  ['ResourceNotFound.Function', 'Check the id and the region'],
  ['LimitExceeded.Memory', 'A quota of the account is used up'],
  [undefined, 'Check the network and TENCENTCLOUD_ENDPOINT'],
])('%s tells what to do', (code, remedy) => {
  expect(error(code).message).toContain(remedy);
  expect(error(code).message).toContain('(request r-1)');
});

test('a code belongs to its family and not to one that begins alike', () => {
  expect(error('ResourceNotFound.Function').is('ResourceNotFound')).toBe(true);
  expect(error('ResourceNotFoundElsewhere').is('ResourceNotFound')).toBe(false);
});

test.each([
  ['CreateFunction', 'RequestLimitExceeded', true],
  ['CreateFunction', 'InternalError', false],
  ['CreateFunction', undefined, false],
  ['Invoke', undefined, false],
  ['GetFunction', 'InternalError.System', true],
  ['UpdateFunctionCode', undefined, true],
  ['DescribeTopics', 'ResourceNotFound', false],
  ['DeleteFunction', 'InternalError', false],
])('%s refused with %s is called again: %s', (action, code, again) => {
  expect(isWorthRetrying(action, code)).toBe(again);
});

test('the endpoint is the vendor’s, or an https one, or this machine', () => {
  expect(endpointOf('scf', undefined)).toEqual({ host: 'scf.tencentcloudapi.com', protocol: 'https://' });
  expect(endpointOf('scf', 'http://127.0.0.1:81')).toEqual({ host: '127.0.0.1:81', protocol: 'http://' });
  expect(endpointOf('scf', 'https://api.example')).toEqual({ host: 'api.example', protocol: 'https://' });
});

test.each(['http://api.example', 'api.example', 'ftp://127.0.0.1', 'https://api.example/path'])(
  '%s is no endpoint',
  (text) => {
    expect(() => endpointOf('scf', text)).toThrow('TENCENTCLOUD_ENDPOINT');
  },
);

test('a moment is so long ago, or a date', () => {
  expect(momentOf('90s', 1_000_000)).toBe(910_000);
  expect(momentOf('2h', 10_000_000)).toBe(2_800_000);
  expect(momentOf('1970-01-02T00:00:00Z', 0)).toBe(86_400_000);
  expect(() => momentOf('soon', 0)).toThrow('--startTime');
});
