/** Which listed objects a task takes. What an entry does not tell (a plain key list has no sizes) never filters it out. */
import picomatch from 'picomatch';
import type { Entry } from './object.ts';
import type { Task } from './task.ts';

export type EntryFilter = (entry: Entry) => boolean;

export function entryFilter(task: Pick<Task, 'filter' | 'source'>): EntryFilter {
  const { filter, source } = task;
  const tests: EntryFilter[] = [];
  if (source.prefix !== '') tests.push((entry) => entry.key.startsWith(source.prefix));
  if (filter.include !== undefined) tests.push(globTest(filter.include));
  if (filter.exclude !== undefined) {
    const excluded = globTest(filter.exclude);
    tests.push((entry) => !excluded(entry));
  }
  const { minBytes, maxBytes } = filter;
  if (minBytes !== undefined) tests.push(({ size }) => size === undefined || size >= minBytes);
  if (maxBytes !== undefined) tests.push(({ size }) => size === undefined || size <= maxBytes);
  tests.push(...timeTests(filter));
  return (entry) => entry.problem !== undefined || tests.every((test) => test(entry));
}

/** Globs match the whole key; `**` crosses `/`, a leading dot is nothing special. Keys are never normalised. */
function globTest(globs: readonly string[]): EntryFilter {
  const matches = globs.map((glob) =>
    wholeKey(picomatch.makeRe(glob, { dot: true, strictSlashes: true, nonegate: true })),
  );
  return (entry) => matches.some((match) => match.test(entry.key));
}

/** Picomatch keeps wildcards from `.` and `..`, which are folders to it, and from newlines; in a key all are ordinary. */
function wholeKey({ source }: RegExp): RegExp {
  const dots = ['(?!(?:^|\\/)\\.{1,2}(?:\\/|$))', '(?!\\.{1,2}(?:\\/|$))'];
  return new RegExp(
    dots.reduce((text, dot) => text.replaceAll(dot, ''), source),
    's',
  );
}

function timeTests(filter: Task['filter']): EntryFilter[] {
  const tests: EntryFilter[] = [];
  const modifiedMs = (entry: Entry) =>
    entry.lastModified === undefined ? undefined : Date.parse(entry.lastModified);
  const afterMs = filter.modifiedAfter === undefined ? undefined : Date.parse(filter.modifiedAfter);
  const beforeMs = filter.modifiedBefore === undefined ? undefined : Date.parse(filter.modifiedBefore);
  if (afterMs !== undefined) tests.push((entry) => (modifiedMs(entry) ?? Infinity) >= afterMs);
  if (beforeMs !== undefined) tests.push((entry) => (modifiedMs(entry) ?? -Infinity) < beforeMs);
  return tests;
}
