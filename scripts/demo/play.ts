/** Sets the stage, plays the chapters, and clears the stage whatever happened. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { systemClock } from '../../lib/runtime/clock.ts';
import { type Progress, startProgress } from '../../lib/runtime/progress.ts';
import { openMigration } from '../../test/support/migration.ts';
import * as chapters from './chapters.ts';
import { CosReader } from './cos-reader.ts';
import { sourceKinds } from './objects.ts';
import { storyOn } from './story.ts';

const DIRECTORY = join('.oss2cos', 'demo');

export interface Playing {
  /** Plain objects beside those of all other kinds. */
  readonly photos: number;
  readonly stream: NodeJS.WriteStream;
  readonly coloured: boolean;
  readonly signal: AbortSignal;
}

/** Throws `Mismatch` where anything is not as it has to be, and the signal's reason when that came first. */
export async function play({ photos, stream, coloured, signal }: Playing): Promise<void> {
  const m = await openMigration();
  try {
    await rm(DIRECTORY, { recursive: true, force: true });
    const kinds = sourceKinds(photos);
    const scene = {
      m,
      kinds,
      signal,
      items: kinds.flatMap((kind) => kind.items),
      story: storyOn(stream, coloured),
      startProgress: () => progressOn(stream),
      reader: await CosReader.open(m.cos.port),
      directory: DIRECTORY,
    };
    await playChapters(scene);
  } finally {
    await m.close();
  }
}

async function playChapters(scene: chapters.Scene): Promise<void> {
  const { oss, cos } = scene.m;
  chapters.introduceStores(scene);
  const kept = await chapters.fillBuckets(scene);
  const first = await chapters.firstRun(scene);
  await chapters.secondRun(scene, first);
  const traffic = { oss: new Map(oss.requests), cos: new Map(cos.requests) };
  await chapters.prove(scene, kept);
  chapters.tellNumbers(scene, { first, ...traffic, seconds: performance.now() / 1000 });
  chapters.tellWhatNext(scene);
}

function progressOn(stream: NodeJS.WriteStream): Progress {
  return startProgress({
    stream,
    isTerminal: stream.isTTY,
    clock: systemClock,
    columns: () => stream.columns,
  });
}
