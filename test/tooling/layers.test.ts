/** Proves that the linter's rules on layers and ambient calls bite: each forbidden line, in a file that need not exist. */
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';
import tseslint from 'typescript-eslint';

const eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  const fatal = result?.messages.find((message) => message.fatal);
  if (!result || fatal) throw new Error(`${filePath} was not linted: ${fatal?.message ?? 'ignored'}`);
  return result.messages.map((message) => message.ruleId ?? message.message);
}

const FORBIDDEN_IMPORTS = [
  ['lib/core/a.ts', '../ports/clock.ts'],
  ['lib/core/a.ts', '../app/plan.ts'],
  ['lib/core/a.ts', '../adapters/oss/source.ts'],
  ['lib/core/a.ts', '../runtime/config.ts'],
  ['lib/core/a.ts', '../../functions/copy.ts'],
  ['lib/core/a.ts', '../../lib/app/plan.ts'],
  ['lib/core/a.ts', './b/../../app/plan.ts'],
  ['lib/core/deep/a.ts', '../../ports/clock.ts'],
  ['lib/core/a.ts', 'undici'],
  ['lib/core/a.ts', 'node:fs'],
  ['lib/core/a.ts', 'fs'],
  ['lib/core/a.ts', 'node:stream'],
  ['lib/ports/a.ts', '../app/plan.ts'],
  ['lib/ports/a.ts', '../adapters/oss/source.ts'],
  ['lib/ports/a.ts', '../runtime/config.ts'],
  ['lib/ports/a.ts', 'kysely'],
  ['lib/app/a.ts', '../adapters/memory/queue.ts'],
  ['lib/app/a.ts', '../runtime/config.ts'],
  ['lib/app/a.ts', '../../test/standins/main.ts'],
  ['lib/app/a.ts', 'node:http'],
  ['lib/app/a.ts', '@middy/core'],
  ['lib/adapters/oss/a.ts', '../../app/plan.ts'],
  ['lib/adapters/oss/a.ts', '../../runtime/config.ts'],
  ['lib/adapters/oss/a.ts', '../cos/sink.ts'],
  ['lib/adapters/oss/deep/a.ts', '../../cos/sink.ts'],
  ['lib/adapters/http/a.ts', '../oss/source.ts'],
  ['lib/adapters/open.ts', './oss/source.ts'],
  ['lib/adapters/oss/a.ts', '@middy/core'],
  ['lib/adapters/oss/a.ts', 'node:timers/promises'],
  ['lib/adapters/oss/a.ts', 'timers'],
  ['lib/adapters/oss/a.ts', 'node:process'],
  ['lib/adapters/oss/a.ts', 'node:perf_hooks'],
  ['lib/runtime/a.ts', '../../scripts/oss2cos.ts'],
  ['lib/runtime/a.ts', '../../test/standins/main.ts'],
  ['functions/copy.ts', '../test/standins/main.ts'],
  ['functions/copy.ts', '../scripts/demo.ts'],
] as const;

const ALLOWED_IMPORTS = [
  ['lib/core/a.ts', './keys.ts'],
  ['lib/core/deep/a.ts', '../keys.ts'],
  ['lib/core/a.ts', 'zod'],
  ['lib/core/a.ts', 'node:zlib'],
  ['lib/ports/a.ts', '../core/task.ts'],
  ['lib/app/a.ts', '../core/task.ts'],
  ['lib/app/a.ts', '../ports/clock.ts'],
  ['lib/adapters/oss/a.ts', '../../core/task.ts'],
  ['lib/adapters/oss/a.ts', '../../ports/clock.ts'],
  ['lib/adapters/oss/a.ts', '../http/client.ts'],
  ['lib/adapters/mysql/deep/a.ts', '../../sql/table.ts'],
  ['lib/adapters/oss/deep/a.ts', '../sign.ts'],
  ['lib/adapters/oss/a.ts', 'undici'],
  ['lib/runtime/a.ts', '../adapters/oss/source.ts'],
  ['lib/runtime/a.ts', 'node:timers/promises'],
  ['functions/copy.ts', '../lib/runtime/config.ts'],
  ['scripts/demo.ts', '../test/standins/main.ts'],
] as const;

const AMBIENT = [
  ['Date.now();', 'no-restricted-properties'],
  ['new Date();', 'no-restricted-syntax'],
  ['Date();', 'no-restricted-syntax'],
  ['Math.random();', 'no-restricted-properties'],
  ['AbortSignal.timeout(1);', 'no-restricted-properties'],
  ['setTimeout(f, 1);', 'no-restricted-globals'],
  ['setInterval(f, 1);', 'no-restricted-globals'],
  ['setImmediate(f);', 'no-restricted-globals'],
  ['globalThis.setTimeout(f, 1);', 'no-restricted-globals'],
  ['global.setTimeout(f, 1);', 'no-restricted-globals'],
  ['f(process.env);', 'no-restricted-globals'],
  ['performance.now();', 'no-restricted-globals'],
  ['console.log(1);', 'no-restricted-globals'],
  ['crypto.randomUUID();', 'no-restricted-globals'],
  ["import { randomUUID } from 'node:crypto';", 'no-restricted-imports'],
  ["import { randomBytes } from 'crypto';", 'no-restricted-imports'],
  ["import crypto from 'node:crypto';", 'no-restricted-imports'],
  ["import * as hashes from 'node:crypto';", 'no-restricted-imports'],
  ["await import('../runtime/config.ts');", 'no-restricted-syntax'],
  ["await import('node:timers/promises');", 'no-restricted-syntax'],
  ['await fetch(address);', 'no-restricted-globals'],
] as const;

const CALM = ['new Date(0);', 'Date.parse(text);', "import { createHash } from 'node:crypto';"];
const NOT_RUNTIME = ['lib/core/a.ts', 'lib/ports/a.ts', 'lib/app/a.ts', 'lib/adapters/oss/a.ts'];

beforeAll(() => complaints('lib/core/a.ts', 'f();'));

describe('layers', () => {
  it.each(FORBIDDEN_IMPORTS)('%s may not import %s', async (file, specifier) => {
    expect(await complaints(file, `import { a } from '${specifier}';\na();`)).toContain(
      'no-restricted-imports',
    );
    expect(await complaints(file, `export * from '${specifier}';`)).toContain('no-restricted-imports');
    expect(await complaints(file, `import type { A } from '${specifier}';\nf<A>();`)).not.toEqual([]);
  });

  it.each(ALLOWED_IMPORTS)('%s may import %s', async (file, specifier) => {
    expect(await complaints(file, `import { a } from '${specifier}';\na();`)).toEqual([]);
  });
});

describe('ambient calls', () => {
  it.each(AMBIENT)('%s is refused outside lib/runtime', async (code, rule) => {
    for (const file of NOT_RUNTIME) expect(await complaints(file, code), file).toContain(rule);
  });

  it.each(['Date.now();', 'Math.random();', 'setTimeout(f, 1);', 'f(process.env);'])(
    '%s is allowed in lib/runtime',
    async (code) => {
      expect(await complaints('lib/runtime/a.ts', code)).toEqual([]);
    },
  );

  it.each(CALM)('%s asks nobody for the time or for chance, and is allowed in lib/app', async (code) => {
    const refusals = (await complaints('lib/app/a.ts', code)).filter((rule) =>
      rule.startsWith('no-restricted'),
    );
    expect(refusals).toEqual([]);
  });

  it.each([...NOT_RUNTIME, 'lib/runtime/a.ts'])('new URL is refused in %s', async (file) => {
    expect(await complaints(file, 'new URL(key);')).toContain('no-restricted-syntax');
    expect(await complaints(file, 'new globalThis.URL(key);')).toContain('no-restricted-syntax');
    expect(await complaints(file, 'URL.parse(key);')).toContain('no-restricted-properties');
  });
});

describe('the rest of the rules', () => {
  it.each([...NOT_RUNTIME, 'lib/runtime/a.ts', 'functions/copy.ts', 'scripts/demo.ts', 'test/a.test.ts'])(
    'a floating promise is an error in %s',
    async (file) => {
      const plain = new ESLint();
      const config = (await plain.calculateConfigForFile(file)) as { rules: Record<string, [number]> };
      expect(config.rules['@typescript-eslint/no-floating-promises']?.[0]).toBe(2);
    },
  );

  it('a comment cannot switch a rule off', async () => {
    const code = '/* eslint-disable */\nDate.now(); // eslint-disable-line';
    expect(await complaints('lib/app/a.ts', code)).toContain('no-restricted-properties');
  });
});
