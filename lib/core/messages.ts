/** What rings: messages name rows and objects, and carry nothing that is not also kept there. Parsed when they arrive. */
import * as z from 'zod';
import { UserError } from './errors.ts';
import { useShape } from './share-object.ts';
import { sliceSummaryShape } from './slice-shape.ts';
import { TASK_ID } from './task-shape.ts';

/** The three topics and who listens: the planner to ranges, copy to segments, the reporter to results. */
export const TOPICS = ['ranges', 'segments', 'results'] as const;
export type Topic = (typeof TOPICS)[number];

const count = z.number().int().nonnegative();

/** Where a task keeps its state objects, so that a worker needs no database to find them. */
const stateLocation = z.strictObject({
  bucket: z.string(),
  region: z.string(),
  endpoint: z.string().optional(),
  /** With the task's id: `.oss2cos/photos-2026/`. */
  prefix: z.string(),
  /** Of the task that is found there; absent where a user named it by its address. */
  taskDigest: z.string().optional(),
});

const rangeMessage = z.strictObject({ taskId: z.string().regex(TASK_ID), rangeId: z.string() });

const segmentMessage = z.strictObject({
  taskId: z.string().regex(TASK_ID),
  state: stateLocation,
  /** `<range>/<seq>-<unique>`: names the manifest and the results. */
  segmentId: z.string(),
  count,
  /** How many invocations in a row ended without finishing one entry. */
  stalled: count.default(0),
  /** Not the segment: parts `[from, to)` of one upload of one of its objects. */
  parts: z.strictObject({ place: z.string(), from: count, to: count }).optional(),
  /** The rest of a segment: what was spread of it is under way. Absent where the sweep rings: all of it may be lost. */
  isRest: z.boolean().optional(),
});

const resultMessage = z.strictObject({
  taskId: z.string().regex(TASK_ID),
  segmentId: z.string(),
  /** Absent, where there is no use either: something finished; look at the segment's result objects. */
  slice: sliceSummaryShape.optional(),
  /** Nothing ended, but parts of it moved, or are waiting since now. */
  isMoving: z.boolean().optional(),
  /** Where parts moved: the slice that states them, and what they hold. */
  parts: z.strictObject({ name: z.string().max(255), bytes: count }).optional(),
  /** What the copier used of the task's limits, of this segment and of others. */
  use: useShape.optional(),
});

const MESSAGE_SHAPES = { ranges: rangeMessage, segments: segmentMessage, results: resultMessage };

export type StateLocation = z.output<typeof stateLocation>;
export type RangeMessage = z.output<typeof rangeMessage>;
export type SegmentMessage = z.output<typeof segmentMessage>;
export type ResultMessage = z.output<typeof resultMessage>;

export interface MessageOf {
  readonly ranges: RangeMessage;
  readonly segments: SegmentMessage;
  readonly results: ResultMessage;
}

/** Parses a message body; throws `UserError` when it is none of this topic's. */
export function parseMessage<T extends Topic>(topic: T, body: string): MessageOf[T] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new UserError(`a message on topic ${topic} is not JSON`);
  }
  const parsed = MESSAGE_SHAPES[topic].safeParse(json);
  if (parsed.success) return parsed.data as MessageOf[T];
  const mistakes = parsed.error.issues.map(
    (issue) => `${issue.path.map(String).join('.')}: ${issue.message}`,
  );
  throw new UserError(`a message on topic ${topic} is malformed:`, mistakes);
}
