/** All mutants, in the order of the way that an object takes. */
import { CONTROLLING } from './list/controlling.ts';
import { COPYING } from './list/copying.ts';
import { DECIDING } from './list/deciding.ts';
import { LARGE } from './list/large.ts';
import { PLANNING } from './list/planning.ts';
import { REPORTING } from './list/reporting.ts';
import { DIVIDING } from './list/sharing.ts';
import { SPLITTING } from './list/splitting.ts';
import { SPREADING } from './list/spreading.ts';
import { STORING } from './list/storing.ts';
import { WEATHERING } from './list/weathering.ts';
import { WIRE } from './list/wire.ts';
import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  ...PLANNING,
  ...SPLITTING,
  ...DECIDING,
  ...COPYING,
  ...LARGE,
  ...SPREADING,
  ...REPORTING,
  ...WEATHERING,
  ...CONTROLLING,
  ...DIVIDING,
  ...STORING,
  ...WIRE,
];
