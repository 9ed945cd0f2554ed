/** Names of retries: `photos` is followed by `photos-retry-1`, that by `photos-retry-2`. */

const TASK_ID_CHARACTERS_MAX = 63;
const RETRY = /^(?<base>.+)-retry-(?<number>[1-9]\d{0,8})$/;

/** The id after this one; a long one is cut, so that it is still an id. */
export function retryIdAfter(taskId: string): string {
  const { base = taskId, number = '0' } = RETRY.exec(taskId)?.groups ?? {};
  const suffix = `-retry-${Number(number) + 1}`;
  return base.slice(0, TASK_ID_CHARACTERS_MAX - suffix.length) + suffix;
}
