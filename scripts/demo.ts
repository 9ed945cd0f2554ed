/** The demo: a whole migration on this machine, with all that goes wrong, mended and proven. Exit status 1 when anything does not match. */
import { play } from './demo/play.ts';
import { Mismatch } from './demo/proof.ts';

/** `DEMO_OBJECTS` sets how many plain photos there are; the faults need some to strike at. */
const PHOTOS = { byDefault: 3_000, min: 100, max: 100_000 } as const;
/** As a shell reports a process that ended by SIGINT. */
const INTERRUPTED = 130;

const stopped = new AbortController();
process.once('SIGINT', () => {
  stopped.abort();
});

async function main(): Promise<number> {
  const { DEMO_OBJECTS: asked, NO_COLOR: plain } = process.env;
  const photos = Number(asked ?? PHOTOS.byDefault);
  if (!Number.isInteger(photos) || photos < PHOTOS.min || photos > PHOTOS.max)
    return tell(`DEMO_OBJECTS wants a number from ${String(PHOTOS.min)} to ${String(PHOTOS.max)}`, 1);
  const { stdout: stream } = process;
  const coloured = stream.isTTY && plain === undefined;
  try {
    await play({ photos, stream, coloured, signal: stopped.signal });
    return 0;
  } catch (error) {
    if (stopped.signal.aborted)
      return tell('stopped: the servers are closed, the state directory is removed', INTERRUPTED);
    if (error instanceof Mismatch) return tell(error.message, 1);
    return tell(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
  }
}

function tell(text: string, status: number): number {
  process.stderr.write(`\n${text}\n`);
  return status;
}

process.exitCode = await main();
