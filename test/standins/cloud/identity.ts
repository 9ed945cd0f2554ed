/** Who is who, and what is secret: CAM of 2019-01-16, SSM of 2019-09-23, STS of 2018-08-13. */
import { createHash } from 'node:crypto';
import type { Client as Cam } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cam/v20190116/cam_client.js';
import type { Client as Ssm } from 'tencentcloud-sdk-nodejs/tencentcloud/services/ssm/v20190923/ssm_client.js';
import type { Client as Sts } from 'tencentcloud-sdk-nodejs/tencentcloud/services/sts/v20180813/sts_client.js';
import type { Actions, Service } from './actions.ts';
import { check, found } from './refusal.ts';
import type { World } from './world.ts';

const UIN = '100000000001';

export function cam({ options }: World): Service {
  const actions: Actions<Cam> = {
    GetRole({ RoleName: name, RoleId: id }) {
      check(
        name !== undefined || id !== undefined,
        'InvalidParameter.ParamError',
        'Neither `RoleName` nor `RoleId` is given.',
      );
      const names = Object.keys(options.instances?.roles ?? {});
      const RoleName = found(
        names.find((each) => each === name || roleId(each) === id),
        'InvalidParameter.RoleNotExist',
        `There is no role \`${name ?? id ?? ''}\`.`,
      );
      const RoleArn = `qcs::cam::uin/${UIN}:roleName/${RoleName}`;
      const principal = { service: 'scf.qcloud.com' };
      const statement = [{ action: 'name/sts:AssumeRole', effect: 'allow', principal }];
      const PolicyDocument = JSON.stringify({ version: '2.0', statement });
      return { RoleInfo: { RoleName, RoleId: roleId(RoleName), RoleArn, RoleType: 'user', PolicyDocument } };
    },
  };
  return {
    name: 'cam',
    version: '2019-01-16',
    models: 'cam/v20190116/cam',
    global: true,
    actions: { ...actions },
  };
}

/** The same for the same name. */
function roleId(name: string): string {
  return `4611686${createHash('sha256').update(name).digest().readUIntBE(0, 5)}`;
}

export function ssm({ options }: World): Service {
  const actions: Actions<Ssm> = {
    GetSecretValue({ SecretName, VersionId }) {
      const SecretString = found(
        options.instances?.secrets?.[SecretName],
        'ResourceNotFound',
        `There is no secret \`${SecretName}\`.`,
      );
      return { SecretName, VersionId, SecretString };
    },
  };
  return { name: 'ssm', version: '2019-09-23', models: 'ssm/v20190923/ssm', actions: { ...actions } };
}

export function sts({ options }: World): Service {
  const roles = Object.entries(options.instances?.roles ?? {});
  const actions: Actions<Sts> = {
    GetCallerIdentity(_params, { secretId }) {
      const role = roles.find(([, key]) => key.id === secretId)?.[0];
      const Arn =
        role === undefined ? `qcs::cam::uin/${UIN}:root` : `qcs::sts:${UIN}:assumed-role/${roleId(role)}`;
      const Type = role === undefined ? 'RootAccount' : 'AssumedRole';
      const UserId = role === undefined ? UIN : `${roleId(role)}:${role}`;
      return { Arn, AccountId: UIN, UserId, PrincipalId: UIN, Type };
    },
  };
  return { name: 'sts', version: '2018-08-13', models: 'sts/v20180813/sts', actions: { ...actions } };
}
