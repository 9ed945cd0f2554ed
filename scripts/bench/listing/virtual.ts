/** `node bench-listing-virtual.js SHAPE KEYS LATENCY_MS IN_FLIGHT SEED` prints a `Listing` as a line of JSON. */
import '../../../test/simulation/in-step.ts';

// Loaded after ./in-step.ts has done its work, also where both are bundled.
const { runVirtual } = await import('./virtual-run.ts');
process.stdout.write(`${JSON.stringify(await runVirtual(process.argv.slice(2)))}\n`);
