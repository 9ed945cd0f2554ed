/** Keeps docs/deploy.md true: its parameters, permissions, numbers, sums and links are held against what they speak of. */
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as platform from '../../lib/core/platform.ts';
import { SEGMENT_LIMITS } from '../../lib/core/segments.ts';
import { FUNCTION } from '../../lib/runtime/limits.ts';

const PAGE = 'docs/deploy.md';
const CONSTANTS: object = { ...platform, FUNCTION, SEGMENT_LIMITS };
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
/** Calls that deploy makes for the user through something else than the cloud's API client. */
const BESIDE_THE_CLIENT = ['cam:PassRole'];

let page: string;
let serverless: string;
let deployed: string;
let sources: string;

beforeAll(async () => {
  page = await readFile(PAGE, 'utf8');
  serverless = await readFile('serverless.yml', 'utf8');
  deployed = await readAll('scripts/deploy');
  sources = [serverless, deployed, await readAll('lib/runtime')].join('\n');
});

describe('the parameters of the page', () => {
  it('are those of serverless.yml, each with the variable that may stand in its place', () => {
    const told = rowsOf('parameters').map(([param, variable]) => [/\w+/.exec(param)?.[0], plain(variable)]);
    const taken = [...serverless.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, list = '']) => {
      const param = /param:(\w+)/.exec(list)?.[1];
      return param === undefined ? [] : [[param, /env:(\w+)/.exec(list)?.[1] ?? '']];
    });
    expect(taken.length).toBeGreaterThan(0);
    expect(told.sort()).toEqual(taken.sort());
  });

  it('are spelt as serverless.yml knows them wherever a command or a sentence gives one', () => {
    const given = allOf(page, /--param[= ]"?(\w+)=/g);
    const known = allOf(serverless, /param:(\w+)/g);
    expect(given).toContain('provision');
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('have no variable of ours that the sources do not know', () => {
    const named = allOf(page, /\b(OSS2COS_[A-Z_]+)\b/g);
    const known = new Set(allOf(sources, /\b(OSS2COS_[A-Z_]+)\b/g));
    // Two are put together from a prefix in lib/runtime/engines.ts.
    for (const suffix of ['TLS', 'CA']) known.add(`OSS2COS_KAFKA_${suffix}`);
    expect(sources).toContain('`${prefix}_CA`');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

it('the deployer’s policies grant every call that scripts/deploy makes, and no other', () => {
  const calls = [...deployed.matchAll(/\bcall\(\s*'(\w+)',\s*'(\w+)'/g)];
  const made = calls.map(([, service = '', action = '']) => `${service}:${action}`);
  const policies = [...section('deployer').matchAll(/```json\n([\s\S]*?)```/g)].map(
    ([, text = '']) => JSON.parse(text) as { statement: { action: string[] }[] },
  );
  const granted = policies.flatMap(({ statement }) => statement.flatMap(({ action }) => action));
  expect(made.length).toBeGreaterThan(20);
  expect(granted.sort()).toEqual([...new Set([...made, ...BESIDE_THE_CLIENT])].sort());
});

it('the numbers of the platform and of the functions are those that the code plans with', async () => {
  const told = rowsOf('numbers').map(([name, value]) => [plain(name), bare(value)] as const);
  const privately = await readFiles('scripts/deploy/checks.ts', 'lib/app/copy-segment.ts');
  const held = told.map(([name]) => [name, constantOf(name, privately)] as const);
  expect(told.length).toBeGreaterThan(20);
  expect(told).toEqual(held);
});

describe('the sums of the page', () => {
  const FACTORS = ['ossEgress', 'ckafka', 'usd'];

  it('follow from its formulas, its quantities and its prices', () => {
    const prices = Object.fromEntries(rowsOf('prices').map(([name, price]) => [plain(name), bare(price)]));
    expect(Object.keys(prices)).toEqual(expect.arrayContaining(FACTORS));
    const columns = [0, 1].map((column) => known('quantities', column, prices));
    for (const [column, names] of columns.entries()) expectSums('costs', column, names);
    expectSums('idle', 0, prices);
  });

  it('of partitions, memory and requests follow from their formulas', () => {
    for (const column of [0, 1]) expect(known('sizing', column, {})).toHaveProperty('partitions');
  });
});

it('leads to files and headings that exist', async () => {
  const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const local = links.filter((link) => !/^https?:/.test(link));
  expect(local.length).toBeGreaterThan(10);
  for (const link of local) {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? PAGE : join(dirname(PAGE), path);
    await expect(access(file), link).resolves.toBeUndefined();
    if (anchor !== undefined) expect(anchorsOf(await readFile(file, 'utf8')), link).toContain(anchor);
  }
});

/** Checks what the table states, and answers all its names with their values, for the tables that build on it. */
function known(table: string, column: number, before: Readonly<Record<string, number>>) {
  const names = { ...before };
  for (const [name, formula, ...values] of rowsOf(table)) {
    const stated = bare(values[column] ?? '');
    if (formula !== '') expect(stated, `${table}: ${name}`).toBeCloseTo(evaluate(plain(formula), names), 6);
    names[plain(name)] = stated;
  }
  return names;
}

function expectSums(table: string, column: number, names: Readonly<Record<string, number>>): void {
  let total = 0;
  for (const [line, formula, ...values] of rowsOf(table)) {
    const exact = formula === '' ? total : evaluate(plain(formula), names);
    const amount = line.includes('USD') ? exact / (names.usd ?? NaN) : exact;
    expect(bare(values[column] ?? '').toFixed(2), `${table}: ${line}`).toBe(amount.toFixed(2));
    if (formula !== '') total += exact;
  }
  expect(total).toBeGreaterThan(0);
}

/** Numbers, names, + − × /, brackets, `max` and `ceil`. */
function evaluate(formula: string, names: Readonly<Record<string, number>>): number {
  const tokens = formula.match(/[\d.]+|\w+|\S/g) ?? [];
  const accept = (...wanted: string[]) => (wanted.includes(tokens[0] ?? '') ? tokens.shift() : undefined);
  const sum = (): number => {
    let value = product();
    for (let sign = accept('+', '−'); sign !== undefined; sign = accept('+', '−'))
      value += sign === '+' ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = atom();
    for (let sign = accept('×', '/'); sign !== undefined; sign = accept('×', '/'))
      value *= sign === '×' ? atom() : 1 / atom();
    return value;
  };
  const list = (): number[] => {
    const values = [sum()];
    while (accept(',') !== undefined) values.push(sum());
    expect(accept(')'), formula).toBe(')');
    return values;
  };
  const atom = (): number => {
    const token = tokens.shift() ?? '';
    if (token === '(') return list()[0] ?? NaN;
    if (accept('(') !== undefined) return token === 'max' ? Math.max(...list()) : Math.ceil(list()[0] ?? NaN);
    const value = /^\d/.test(token) ? Number(token) : names[token];
    if (value === undefined) throw new Error(`${formula}: nothing is called ${token}`);
    return value;
  };
  const value = sum();
  expect(tokens, formula).toEqual([]);
  return value;
}

function section(name: string): string {
  const found = new RegExp(`<!-- begin ${name} -->([\\s\\S]*?)<!-- end ${name} -->`).exec(page)?.[1];
  if (found === undefined) throw new Error(`${PAGE} has no section ${name}`);
  return found;
}

/** Without the head of the table. */
function rowsOf(name: string): [first: string, second: string, ...rest: string[]][] {
  const lines = section(name)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const rows = lines.slice(2).map((line) => line.split('|').slice(1, -1));
  if (rows.length === 0) throw new Error(`${PAGE} has no table ${name}`);
  return rows.map(([first = '', second = '', ...rest]) => [
    first.trim(),
    second.trim(),
    ...rest.map((cell) => cell.trim()),
  ]);
}

function plain(cell: string): string {
  return cell.replaceAll('`', '').trim();
}

/** `6 MiB`, `240,000 ms`: the number as the code has it. */
function bare(cell: string): number {
  const [, digits = '', unit = ''] = /^([\d.,]+)\s*(\S*)$/.exec(cell) ?? [];
  return digits === '' ? NaN : Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1);
}

function constantOf(name: string, privately: string): unknown {
  if (!name.includes('.')) {
    const digits = new RegExp(`const ${name} = ([\\d_]+);`).exec(privately)?.[1];
    return digits === undefined ? undefined : Number(digits.replaceAll('_', ''));
  }
  return name
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], CONSTANTS);
}

function allOf(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}

/** As the readers of Markdown make them of headings. */
function anchorsOf(markdown: string): string[] {
  const headings = allOf(markdown, /^#+ (.+)$/gm);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

async function readAll(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  return readFiles(...names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)));
}

async function readFiles(...paths: string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n');
}
