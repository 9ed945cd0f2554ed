/** Search conditions of CLS (document 614/47044): words and `key:value`, quoted or with *, joined by AND, OR, NOT and brackets. */
import { check, Refusal } from '../refusal.ts';
import type { LogEntry } from './model.ts';

export type Condition = (entry: LogEntry) => boolean;

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  /** @throws Refusal where the index has no such key */
  readonly checkKey: (key: string) => void;
}

/** A quoted text, a bracket, or anything up to the next blank or bracket; a key may stand before either. */
const TOKEN = /[()]|(?:[^\s():"]+:)?"(?:[^"\\]|\\.)*"|[^\s()"]+/g;

/** @throws Refusal */
export function conditionOf(query: string, checkKey: (key: string) => void): Condition {
  check(!query.includes('|'), 'UnsupportedOperation', 'This stand-in has no SQL.');
  const trimmed = query.trim();
  if (trimmed === '' || trimmed === '*') return () => true;
  const tokens = trimmed.match(TOKEN) ?? [];
  const reader = { tokens, at: 0, checkKey };
  const condition = anyOf(reader);
  check(reader.at === tokens.length, 'FailedOperation.SyntaxError', `Unexpected ${tokens[reader.at] ?? ''}.`);
  return condition;
}

function anyOf(reader: Reader): Condition {
  const choices = [allOf(reader)];
  while (take(reader, 'OR')) choices.push(allOf(reader));
  return (entry) => choices.some((choice) => choice(entry));
}

/** Two conditions side by side are joined by AND. */
function allOf(reader: Reader): Condition {
  const parts = [single(reader)];
  for (;;) {
    const joined = take(reader, 'AND');
    const next = reader.tokens[reader.at];
    if (!joined && (next === undefined || next === ')' || next.toUpperCase() === 'OR')) break;
    parts.push(single(reader));
  }
  return (entry) => parts.every((part) => part(entry));
}

function single(reader: Reader): Condition {
  if (take(reader, 'NOT')) {
    const inner = single(reader);
    return (entry) => !inner(entry);
  }
  if (take(reader, '(')) {
    const inner = anyOf(reader);
    check(take(reader, ')'), 'FailedOperation.SyntaxError', 'A bracket is not closed.');
    return inner;
  }
  const token = reader.tokens[reader.at];
  if (token === undefined || token === ')')
    throw new Refusal('FailedOperation.SyntaxError', 'A condition is missing.');
  reader.at += 1;
  return term(token, reader);
}

function take(reader: Reader, word: string): boolean {
  if (reader.tokens[reader.at]?.toUpperCase() !== word) return false;
  reader.at += 1;
  return true;
}

function term(token: string, { checkKey }: Reader): Condition {
  const [, key, value = ''] = /^(?:([^":]+):)?(.*)$/s.exec(token) ?? [];
  const wanted = matcher(value);
  if (key === undefined) return ({ fields }) => Object.values(fields).some(wanted);
  checkKey(key);
  return ({ fields }) => wanted(fields[key] ?? '');
}

/** Whole words, whatever their case; `*` and `?` stand for letters. */
function matcher(written: string): (text: string) => boolean {
  const quoted = /^"(.*)"$/s.exec(written)?.[1]?.replaceAll(/\\(.)/g, '$1');
  const pattern = (quoted ?? written).replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const wild = quoted === undefined ? pattern.replaceAll('*', '.*').replaceAll('?', '.') : literal(pattern);
  const expression = new RegExp(String.raw`(?:^|(?<=\W))${wild}(?:$|(?=\W))`, 'is');
  return (text) => expression.test(text);
}

function literal(pattern: string): string {
  return pattern.replaceAll(/[*?]/g, String.raw`\$&`);
}
