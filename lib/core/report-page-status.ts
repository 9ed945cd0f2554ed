/** What a status means to whoever waits for the task: a word, a colour, a sentence, and what to run next. */
import type { Report, TaskStatus } from './report.ts';
import { formatCount, formatObjects } from './report-page-text.ts';

export type Colour = 'green' | 'yellow' | 'red' | 'blue';

interface StatusFace {
  readonly word: string;
  readonly colour: Colour;
  readonly sentence: (report: Report) => string;
}

export const STATUS_FACES: Readonly<Record<TaskStatus, StatusFace>> = {
  planning: {
    word: 'Listing and copying',
    colour: 'blue',
    sentence: () => 'The source is still being listed; what is listed is copied meanwhile. Totals grow.',
  },
  running: {
    word: 'Copying',
    colour: 'blue',
    sentence: ({ objects }) => `The source is listed in full; ${formatObjects(objects.pending)} to go.`,
  },
  paused: {
    word: 'Paused',
    colour: 'yellow',
    sentence: ({ objects }) => `Nothing moves until it is resumed; ${formatObjects(objects.pending)} to go.`,
  },
  cancelled: {
    word: 'Cancelled',
    colour: 'yellow',
    sentence: ({ objects }) =>
      `${formatObjects(objects.copied)} had been copied and stay in the target; a retry takes up the rest.`,
  },
  succeeded: {
    word: 'Succeeded',
    colour: 'green',
    sentence: ({ objects }) => doneSentence(objects),
  },
  completed_with_failures: {
    word: 'Completed with failures',
    colour: 'yellow',
    sentence: ({ objects }) =>
      `${formatCount(objects.failed)} of ${formatObjects(objects.total)} failed; the others were copied or skipped.`,
  },
  failed: {
    word: 'Failed',
    colour: 'red',
    sentence: () => 'The source could not be listed in full: there may be objects that nobody has looked at.',
  },
};

function doneSentence({ total, copied, skipped }: Report['objects']): string {
  if (total === 0) return 'The source lists no object that the task asks for.';
  const kept = skipped === 0 ? '' : `, ${formatObjects(skipped)} skipped by the conflict rule`;
  return `${formatObjects(copied)} copied${kept}; none failed.`;
}

export interface NextStep {
  readonly text: string;
  readonly command?: string;
}

/** Undefined where there is nothing to do. */
export function nextStep(report: Report): NextStep | undefined {
  const { status, taskId } = report;
  switch (status) {
    case 'planning':
    case 'running':
    case 'succeeded':
      return undefined;
    case 'paused':
      return { text: 'Go on:', command: `npx oss2cos resume ${taskId}` };
    case 'cancelled':
      return { text: 'Take up what was not copied:', command: `npx oss2cos retry ${taskId}` };
    case 'completed_with_failures':
      return { text: retryText(report), command: `npx oss2cos retry ${taskId}` };
    case 'failed':
      return {
        text: 'Mend what stopped the listing, then start the task again under a new taskId; with "conflict": "changed" it copies only what is missing or differs.',
      };
  }
}

function retryText({ failures }: Report): string {
  const hopeful = failures.filter(({ retryable }) => retryable).length;
  if (hopeful === failures.length) return 'Try the failed objects again:';
  if (hopeful === 0) return 'Mend the causes, then try the failed objects again:';
  return 'A retry helps some of these classes; mend the causes of the others first:';
}

/** What each conflict rule does, as the task's documentation has it. */
export const CONFLICT_TEXTS: Readonly<Record<Report['conflict'], string>> = {
  overwrite: 'objects of the same name in the target are overwritten',
  skip: 'objects of the same name in the target are kept',
  newer: 'overwritten where the source is as new or newer',
  changed: 'overwritten unless size and CRC-64 are equal',
};

export function sourceAddress({ source }: Report): string {
  return `oss://${source.bucket}/${source.prefix}`;
}

export function targetAddress({ target }: Report): string {
  return `cos://${target.bucket}/${target.prefix}`;
}

/** Seconds from the start to the end, or to now. */
export function elapsedSeconds({ startedAt, updatedAt, finishedAt }: Report): number {
  return Math.max(0, (Date.parse(finishedAt ?? updatedAt) - Date.parse(startedAt)) / 1000);
}
