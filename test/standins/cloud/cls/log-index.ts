/** What a log topic's index lets be searched. */
import type { RuleInfo } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cls/v20201016/cls_models.js';
import { check } from '../refusal.ts';

const TYPES = ['long', 'text', 'double', 'json'];

/** @throws Refusal */
export function checkIndex(rule: RuleInfo): void {
  const keyValues = rule.KeyValue?.KeyValues ?? [];
  check(keyValues.length <= 300, 'InvalidParameter', 'An index has at most 300 keys.');
  for (const { Key: key, Value: value } of keyValues) {
    check(/^[A-Za-z0-9./@-][\w./@-]*$/.test(key), 'InvalidParameter', `\`${key}\` is no key of an index.`);
    check(TYPES.includes(value.Type), 'InvalidParameter', `\`${value.Type}\` is no type of a key.`);
    const plain = value.Type === 'text' || (value.Tokenizer ?? '') === '';
    check(plain, 'InvalidParameter', `The key \`${key}\` is no text: it has no tokenizer.`);
  }
}

export function isIndexed(rule: RuleInfo, key: string): boolean {
  if (rule.DynamicIndex?.Status === true) return true;
  return rule.KeyValue?.KeyValues?.some((each) => each.Key === key) ?? false;
}
