/** `oss2cos policy`: the least that a task's keys have to be granted, ready to paste. Asks nobody anything. */
import { camPolicy, ramPolicy } from '../../core/policy.ts';
import { type CliContext, note, print } from './context.ts';
import { readTask } from './task-file.ts';
import type { TargetOptions } from './task-target.ts';

export interface PolicyOptions extends Pick<TargetOptions, 'stateDir'> {
  /** Print one of the two alone: its JSON is then all that stands on stdout. */
  readonly ram?: boolean;
  readonly cam?: boolean;
}

const VENDORS = {
  ram: {
    policyOf: ramPolicy,
    where: [
      'Alibaba Cloud RAM, for the key in OSS_ACCESS_KEY_ID: RAM console, Permissions > Policies > Create Policy > JSON.',
      'Then Identities > Users > the key’s user > Add Permissions, and choose the policy. It grants no write to the source.',
    ],
  },
  cam: {
    policyOf: camPolicy,
    where: [
      'Tencent Cloud CAM, for the key in COS_SECRET_ID: CAM console, Policies > Create Custom Policy > Create by Policy Syntax.',
      'Then associate the policy with the key’s user, or with the execution role of the functions.',
    ],
  },
} as const;

export async function policyCommand(
  io: CliContext,
  argument: string,
  options: PolicyOptions,
): Promise<number> {
  const task = await readTask(io, argument, options.stateDir);
  const isBoth = (options.ram === true) === (options.cam === true);
  const vendors = (['ram', 'cam'] as const).filter((vendor) => isBoth || options[vendor] === true);
  for (const vendor of vendors) {
    const { policyOf, where } = VENDORS[vendor];
    for (const line of where) (isBoth ? print : note)(io, line);
    print(io, JSON.stringify(policyOf(task), null, 2));
  }
  return 0;
}
