/** What a shape found wrong, as sentences that begin with the place. */
import type { z } from 'zod';

/** `whole` names what was parsed: `task`, `control object`. */
export function mistakesOf(error: z.ZodError, whole: string): string[] {
  return error.issues.flatMap((issue) => describe(issue, [], whole));
}

function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[], whole: string): string[] {
  const path = [...above, ...issue.path];
  const at = path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${[...path.map(String), key].join('.')}: is not a property of a ${whole}`,
    );
  }
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant !== undefined) return meant.flatMap((nested) => describe(nested, path, whole));
  return [`${at === '' ? whole : at}: ${issue.message}`];
}

/** Of the ways to write something, the one whose kind (object, or list) was written: its mistakes are those to tell. */
function meantBranch(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  return branches.find((issues) => issues.every(isInside));
}

function isInside(issue: z.core.$ZodIssue): boolean {
  const isEmptyList = issue.code === 'too_small' && issue.origin === 'array';
  return issue.path.length > 0 || issue.code === 'unrecognized_keys' || isEmptyList;
}
