/** What things are called in the cloud, and the mark that says they are ours. */

export const FUNCTION_KEYS = ['planner', 'copy', 'reporter'] as const;
export type FunctionKey = (typeof FUNCTION_KEYS)[number];

/** Tag key of everything that takes tags. */
export const TAG = 'oss2cos';

export interface Names {
  /** `oss2cos-dev`: the logset, the log topic, what is provisioned, and the value of the tag. */
  readonly stack: string;
  /** Before topics and consumer groups. */
  readonly prefix: string;
  /** In descriptions and notes: CKafka takes letters, digits and hyphens there, at most 64 of them. */
  readonly mark: string;
}

export function namesOf(service: string, stage: string): Names {
  const stack = `${service}-${stage}`;
  return { stack, prefix: `${stack}-`, mark: `made-by-${stack}` };
}

export function isFunctionKey(key: string): key is FunctionKey {
  return (FUNCTION_KEYS as readonly string[]).includes(key);
}
