/** The most memory that a process had at once. */

export interface Peaks {
  /** Resident set, as the kernel counted it. */
  readonly rssBytes: number;
  /** JavaScript's heap, and buffers outside of it, looked at now and then. */
  readonly heapBytes: number;
  readonly bufferBytes: number;
}

const LOOK_EVERY_MS = 20;

export async function peaksOf(work: () => Promise<unknown>): Promise<Peaks> {
  let [heapBytes, bufferBytes] = [0, 0];
  const look = setInterval(() => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    heapBytes = Math.max(heapBytes, heapUsed);
    bufferBytes = Math.max(bufferBytes, arrayBuffers);
  }, LOOK_EVERY_MS);
  await work();
  clearInterval(look);
  return { rssBytes: process.resourceUsage().maxRSS * 1024, heapBytes, bufferBytes };
}
