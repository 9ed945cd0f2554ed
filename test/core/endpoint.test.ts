import { describe, expect, it } from 'vitest';
import { clearTextHost, requireTls, resolveEndpoint } from '../../lib/core/endpoint.ts';
import { UserError } from '../../lib/core/errors.ts';

const OSS = { bucket: 'photos', regionHost: 'oss-cn-hangzhou.aliyuncs.com' };

describe('the endpoint of a bucket', () => {
  it('is the public one of its region over TLS where none is named', () => {
    const host = 'photos.oss-cn-hangzhou.aliyuncs.com';
    expect(resolveEndpoint(OSS)).toEqual({ origin: `https://${host}`, host });
  });

  it('keeps the name of the bucket where connections go to an address', () => {
    const host = 'photos.oss-cn-hangzhou.aliyuncs.com';
    for (const [endpoint, origin] of [
      ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
      ['10.0.0.7', 'https://10.0.0.7'],
      ['https://localhost:443/', 'https://localhost:443'],
      ['LOCALHOST', 'https://localhost'],
      ['http://[2001:db8::1]:81', 'http://[2001:db8::1]:81'],
    ] as const) {
      expect(resolveEndpoint({ ...OSS, endpoint })).toEqual({ origin, host });
    }
  });

  it('puts the bucket before any other domain, once', () => {
    for (const endpoint of [
      'oss-cn-hangzhou-internal.aliyuncs.com',
      'photos.oss-cn-hangzhou-internal.aliyuncs.com',
    ]) {
      const host = 'photos.oss-cn-hangzhou-internal.aliyuncs.com';
      expect(resolveEndpoint({ ...OSS, endpoint })).toEqual({ origin: `https://${host}`, host });
    }
    const withPort = resolveEndpoint({ ...OSS, endpoint: 'http://Accelerate.example.com:8080' });
    expect(withPort).toEqual({
      origin: 'http://photos.accelerate.example.com:8080',
      host: 'photos.accelerate.example.com',
    });
  });

  it('is refused with a path, a user, another scheme or a port that is none', () => {
    for (const endpoint of [
      '',
      'ftp://x.com',
      'https://x.com/path',
      'https://user@x.com',
      'x.com:0',
      'x.com:65536',
      'x.com:',
      '-x.com',
      'x com',
    ]) {
      expect(() => resolveEndpoint({ ...OSS, endpoint })).toThrow(UserError);
    }
  });
});

describe('an endpoint in the clear', () => {
  it('is http on another machine, by whatever name', () => {
    for (const [endpoint, host] of [
      ['http://10.0.0.5', '10.0.0.5'],
      ['HTTP://OSS-Internal.example:8080/', 'oss-internal.example'],
      ['http://[2001:db8::1]:81', '[2001:db8::1]'],
      ['http://localhost.example', 'localhost.example'],
      ['http://127.0.0.1.example', '127.0.0.1.example'],
      ['http://128.0.0.1', '128.0.0.1'],
    ] as const)
      expect(clearTextHost(endpoint)).toBe(host);
  });

  it('is none with TLS, without a scheme, or on this machine', () => {
    for (const endpoint of [
      'https://10.0.0.5',
      '10.0.0.5',
      'oss-internal.example:80',
      'http://localhost:80',
      'http://LOCALHOST',
      'http://127.0.0.53',
      'http://[::1]:9000',
    ])
      expect(clearTextHost(endpoint)).toBeUndefined();
  });

  it('is refused in a variable, also where it is written so that it does not parse', () => {
    for (const endpoint of ['http://10.0.0.5', 'http://127.0.0.1@evil.example', 'HTTP://x y', 'http://'])
      expect(() => {
        requireTls('OSS2COS_CODE_ENDPOINT', endpoint);
      }).toThrow('OSS2COS_CODE_ENDPOINT: only an address of this machine may be http');
    for (const endpoint of [undefined, 'https://x.example', 'x.example', 'http://127.0.0.1:1'])
      expect(() => {
        requireTls('OSS2COS_CODE_ENDPOINT', endpoint);
      }).not.toThrow();
  });
});
