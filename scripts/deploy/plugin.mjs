/** The framework loads plugins as JavaScript: this compiles plugin.ts in memory and hands over what it exports. */
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const entry = join(import.meta.dirname, 'plugin.ts');
const { outputFiles } = buildSync({
  entryPoints: [entry],
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  sourcemap: 'inline',
});

const compiled = new Module(entry);
compiled.filename = entry;
compiled.paths = createRequire(entry).resolve.paths('esbuild');
compiled._compile(outputFiles[0].text, entry);

export default compiled.exports.default;
