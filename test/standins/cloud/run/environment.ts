/** What a function finds in its environment and its context: the documented, and nothing of this process (documents 583/32748, 583/9210). */
import type { DeployedFunction } from '../runtime.ts';

/** No account stands behind a stand-in; this is the vendor's example. */
const UIN = '100000000001';

export interface Folders {
  /** Plays /var/user. */
  readonly code: string;
  /** Plays /tmp: empty when an instance starts. */
  readonly temporary: string;
}

export interface FunctionContext {
  readonly request_id: string;
  readonly function_name: string;
  readonly function_version: string;
  readonly namespace: string;
  readonly memory_limit_in_mb: number;
  readonly time_limit_in_ms: number;
  readonly tencentcloud_region: string;
  readonly tencentcloud_appid: string;
  readonly tencentcloud_uin: string;
  readonly environment: string;
  readonly environ: string;
}

/** The execution role's temporary key: an event brings the one that holds now. */
export function credentialsOf({ role }: DeployedFunction): Record<string, string> {
  if (role === undefined) return {};
  return {
    TENCENTCLOUD_SECRETID: role.id,
    TENCENTCLOUD_SECRETKEY: role.secret,
    TENCENTCLOUD_SESSIONTOKEN: role.token,
  };
}

export function environmentOf(fn: DeployedFunction, { code, temporary }: Folders): Record<string, string> {
  return {
    ...fn.environment,
    ...credentialsOf(fn),
    TENCENTCLOUD_REGION: fn.region,
    TENCENTCLOUD_APPID: fn.appId,
    TENCENTCLOUD_UIN: UIN,
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_TZ: 'UTC',
    SCF_RUNTIME: fn.runtime,
    SCF_FUNCTIONNAME: fn.name,
    SCF_FUNCTIONVERSION: fn.version,
    SCF_NAMESPACE: fn.namespace,
    _SCF_SERVER_PORT: '28902',
    USER_CODE_ROOT: `${code}/`,
    NODE_PATH: `${code}:${code}/node_modules`,
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
    PWD: code,
    HOME: '/home/qcloud',
    USER: 'qcloud',
    LOGNAME: 'qcloud',
    SHELL: '/bin/bash',
    LANG: 'en_US.UTF8',
    LC_ALL: 'en_US.UTF8',
    TMPDIR: temporary,
  };
}

export function contextOf(fn: DeployedFunction, requestId: string): FunctionContext {
  const told = { SCF_NAMESPACE: fn.namespace, ...credentialsOf(fn), ...fn.environment };
  const pairs = Object.entries(told).map(([name, value]) => `${name}=${value}`);
  return {
    request_id: requestId,
    function_name: fn.name,
    function_version: fn.version,
    namespace: fn.namespace,
    memory_limit_in_mb: fn.memoryMb,
    time_limit_in_ms: fn.timeoutS * 1000,
    tencentcloud_region: fn.region,
    tencentcloud_appid: fn.appId,
    tencentcloud_uin: UIN,
    environment: JSON.stringify(told),
    environ: pairs.join(';'),
  };
}
