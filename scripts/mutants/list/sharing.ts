/** One task's limits, divided over all that run. */
import type { Mutant } from '../mutant.ts';

const SHARES = { file: 'lib/core/shares.ts', tests: ['test/core/shares.test.ts'] };
const WATCH = { file: 'lib/app/share-watch.ts', tests: ['test/app/share-watch.test.ts'] };
const SHARING = { file: 'lib/app/sharing.ts', tests: ['test/app/sharing.test.ts'] };
const DIVIDE = { file: 'lib/app/divide-limits.ts', tests: ['test/app/divide-limits.test.ts'] };
const FLEET = 'test/simulation/fleet/fleet.test.ts';

export const DIVIDING: readonly Mutant[] = [
  {
    ...SHARES,
    name: 'shares-raised-at-once',
    find: 'Math.min(1, Math.max(0, 1 - sum(bound)) / rises)',
    replace: '1',
    breaks: 'A share is raised by what another has not yet let go of.',
  },
  {
    ...SHARES,
    name: 'shares-floor-lost',
    find: 'if (claim === undefined) return floor;',
    replace: 'if (claim === undefined) return 0;',
    breaks: 'A partition that was silent has nothing to begin with.',
  },
  {
    ...SHARES,
    name: 'shares-held-starves',
    find: 'claim.isHeld ? SHARING.growth : SHARING.headroom * growthOf(partition)',
    replace: 'SHARING.headroom * growthOf(partition)',
    breaks: 'Who is held back gets no more than it has.',
    tests: [...SHARES.tests, FLEET],
  },
  {
    ...SHARES,
    name: 'shares-spare-kept',
    find: 'share + Math.max(0, spare)',
    replace: 'share',
    breaks: 'What nobody claims is nobody’s.',
    tests: [...SHARES.tests, FLEET],
  },
  {
    ...WATCH,
    name: 'lease-endless',
    find: 'ageMs >= 0 && ageMs < SHARE_TIMINGS.leaseMs',
    replace: 'true',
    breaks: 'Who cannot read the shares any more uses for ever what it once had.',
  },
  {
    ...WATCH,
    name: 'lease-from-answer',
    find: 'this.take({ shares, fromMs });',
    replace: 'this.take({ shares, fromMs: clock.now() });',
    breaks: 'A lease lasts longer than its giver thinks, by the time that the read took.',
  },
  {
    ...WATCH,
    name: 'lease-older-believed',
    find: 'const isLate = isOlder && ',
    replace: 'const isLate = false && ',
    breaks: 'A write that came late undoes a newer division.',
  },
  {
    ...WATCH,
    name: 'share-of-all-partitions',
    find: 'partitions.reduce((sum, partition) => sum + shareOf(of, partition), 0)',
    replace: 'partitions.reduce((sum, partition) => Math.max(sum, shareOf(of, partition)), 0)',
    breaks: 'A worker with many partitions has the share of one.',
  },
  {
    ...SHARING,
    name: 'use-peak-forgotten',
    find: 'isHeld: now.isHeld || before.isHeld',
    replace: 'isHeld: now.isHeld',
    breaks: 'The pause between two segments takes a share away.',
  },
  {
    ...SHARING,
    name: 'use-of-share-alone',
    find: 'Math.round(used * share * PARTS_OF_ONE)',
    replace: 'Math.round(used * PARTS_OF_ONE)',
    breaks: 'What is used of a share is stated as if it were used of the whole limit.',
  },
  {
    ...DIVIDE,
    name: 'division-not-waited-for',
    find: 'before.step === 0 ? DIVIDE.firstMs : DIVIDE.everyMs',
    replace: 'DIVIDE.firstMs',
    breaks: 'A share is given again before its lease has ended.',
  },
  {
    ...DIVIDE,
    name: 'division-unwritten-trusted',
    find: 'isWritten ? shares[limit] : highest(bound[limit], shares[limit])',
    replace: 'shares[limit]',
    breaks: 'A division that may never have been written is taken for the one that holds.',
  },
  {
    ...DIVIDE,
    name: 'division-two-writers',
    find: 'if (!(await table.moveDivision({ taskId, division }))) return;',
    replace: 'await table.moveDivision({ taskId, division });',
    breaks: 'Two reporters publish divisions side by side.',
  },
  {
    ...DIVIDE,
    name: 'division-silent-heard',
    find: '< DIVIDE.silentMs',
    replace: '< Infinity',
    breaks: 'A partition that ended its work keeps its share.',
  },
  {
    name: 'limits-apart',
    file: 'lib/runtime/interceptors.ts',
    tests: ['test/runtime/interceptors.test.ts'],
    find: 'await limits.turns.run(both, signal);',
    replace: 'await limits.requests.take(1, signal);\n  await limits.bytes.take(before, signal);',
    breaks: 'Hundreds who have their request wait for their bytes, and all go when those come.',
  },
  {
    name: 'planner-takes-all',
    file: 'lib/runtime/parts-of-limits.ts',
    tests: ['test/runtime/parts-of-limits.test.ts'],
    find: 'requests * (1 - SHARING.planning)',
    replace: 'requests',
    breaks: 'Planning and copying together ask for more than the limit.',
  },
];
