/** CLS's filters, which logsets and topics share: by name, by id, by tag. */
import type { Filter, Tag } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_models.js';
import { check } from '../refusal.ts';

interface Filterable {
  readonly tags: readonly Tag[];
}

/** By filter name: does this value fit? */
export type Fits = ReadonlyMap<string, (value: string) => boolean>;

/** Filters all hold; the values of one are alternatives. */
export function passesAll(each: Filterable, filters: readonly Filter[], fits: Fits): boolean {
  check(
    filters.length <= 10 && filters.every(({ Values: values }) => values.length <= 5),
    'InvalidParameter',
    'There are at most 10 filters of 5 values.',
  );
  return filters.every(({ Key: key, Values: values }) => {
    if (key === 'tagKey') return each.tags.some((tag) => values.includes(tag.Key));
    if (key.startsWith('tag:'))
      return each.tags.some((tag) => `tag:${tag.Key}` === key && values.includes(tag.Value));
    const fit = fits.get(key);
    check(fit !== undefined, 'InvalidParameter', `There is no filter \`${key}\`.`);
    return values.some(fit);
  });
}

export function checkTags(tags: readonly Tag[]): void {
  const keys = new Set(tags.map(({ Key: key }) => key));
  check(
    tags.length <= 10 && keys.size === tags.length,
    'InvalidParameter',
    'There are at most 10 tags, each key once.',
  );
}
