/** Lints with types, keeps the layers of lib/ apart, and keeps time, chance and settings inside lib/runtime. */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const PURE = [
  'zod',
  'picomatch',
  'hash-wasm',
  'node:buffer',
  'node:crypto',
  'node:path',
  'node:util',
  'node:zlib',
];
const STREAMS = ['node:events', 'node:stream', 'node:stream/promises'];
const SHARED_ADAPTERS = ['http', 'sql'];

const LAYERS = {
  core: { from: ['core'], packages: PURE },
  ports: { from: ['core', 'ports'], packages: [...PURE, ...STREAMS] },
  app: { from: ['core', 'ports', 'app'], packages: [...PURE, ...STREAMS] },
  adapters: { from: ['core', 'ports', 'adapters'] },
};
const FOLDERS = [...Object.keys(LAYERS), 'runtime', 'functions', 'scripts', 'test'];

function relativePattern(folders, message) {
  return { regex: `^\\.{1,2}/(?:.*/)?(?:${folders.join('|')})/`, message };
}

/** What a layer may import: folders of lib/ by `from`; packages by `packages`, where it is not free to choose. */
function layerPatterns(name) {
  const { from, packages } = LAYERS[name];
  const others = FOLDERS.filter((folder) => !from.includes(folder));
  const patterns = [relativePattern(others, `lib/${name} imports only ${from.join(', ')} of lib/.`)];
  if (packages === undefined) return patterns;
  const message = `lib/${name} does no I/O of its own; it may import ${packages.join(', ')}.`;
  return [...patterns, { regex: `^(?!\\.{1,2}/|(?:${packages.join('|')})$)`, message }];
}

/** An adapter file `depth` folders below its product's folder sees that folder and the shared ones. */
function siblingPattern(depth) {
  return {
    regex: `^${'\\.\\./'.repeat(depth + 1)}(?!\\.\\./|(?:${SHARED_ADAPTERS.join('|')})/)`,
    message: `An adapter imports its own folder and adapters/{${SHARED_ADAPTERS.join(',')}}, no other product's.`,
  };
}

const AMBIENT_MODULES = {
  regex: '^(?:node:)?(?:timers|perf_hooks|process|console)(?:/|$)',
  message:
    'Time, settings and output are handed in through ports; lib/runtime alone takes them from the process.',
};
const COMPOSITION_PACKAGES = {
  regex: '^(?:commander|cli-progress|@middy/)',
  message: 'Command line and function glue belong to lib/runtime, functions/ and scripts/.',
};
const DICE = [
  'default',
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'webcrypto',
];
const AMBIENT_IMPORTS = ['crypto', 'node:crypto'].map((name) => ({
  name,
  importNames: DICE,
  message: 'Chance is handed in; import createHash and createHmac by name.',
}));

const CLOCK = 'Ask the Clock.';
const KEYS_ARE_NOT_URLS = 'URL collapses ".." and encodes anew: a key that passes through it is another key.';
const NEW_URL = {
  selector: ':matches(NewExpression[callee.name="URL"], NewExpression[callee.property.name="URL"])',
  message: KEYS_ARE_NOT_URLS,
};
const URL_PARSE = { object: 'URL', property: 'parse', message: KEYS_ARE_NOT_URLS };
const AMBIENT_SYNTAX = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: CLOCK },
  { selector: 'CallExpression[callee.name="Date"]', message: CLOCK },
  {
    selector: 'ImportExpression',
    message:
      'Import statically, so that layers can be checked; lib/runtime may load an adapter when it needs it.',
  },
];
const AMBIENT_PROPERTIES = [
  { object: 'Date', property: 'now', message: CLOCK },
  { object: 'AbortSignal', property: 'timeout', message: CLOCK },
  { object: 'Math', property: 'random', message: 'Chance is handed in.' },
];
const AMBIENT_GLOBALS = {
  checkGlobalObject: true,
  globalObjects: ['global'],
  globals: [
    'setTimeout',
    'setInterval',
    'setImmediate',
    'process',
    'performance',
    'console',
    'crypto',
    'fetch',
  ].map((name) => ({
    name,
    message: 'It is ambient: lib/runtime alone may use it, the rest is handed a port.',
  })),
};

/** A later config replaces a rule's options, so every group of files states the whole of its own. */
function imports(files, patterns, paths = []) {
  return { files, rules: { 'no-restricted-imports': ['error', { paths, patterns }] } };
}

function layer(name, files = [`lib/${name}/**`], more = []) {
  return imports(files, [...layerPatterns(name), AMBIENT_MODULES, ...more], AMBIENT_IMPORTS);
}

function adapters(files, pattern) {
  return layer('adapters', files, [pattern, COMPOSITION_PACKAGES]);
}

const layers = [
  layer('core'),
  layer('ports'),
  layer('app'),
  adapters(['lib/adapters/*'], {
    regex: '^\\./',
    message: 'One folder a product; lib/runtime puts them together.',
  }),
  adapters(['lib/adapters/*/*'], siblingPattern(0)),
  adapters(['lib/adapters/*/*/**/*'], siblingPattern(1)),
  imports(
    ['lib/runtime/**'],
    [relativePattern(['functions', 'scripts', 'test'], 'lib/ stands without them.')],
  ),
  imports(
    ['functions/**'],
    [relativePattern(['scripts', 'test'], 'The cloud ships lib/ and functions/ alone.')],
  ),
];

const ambient = [
  {
    files: ['lib/**'],
    rules: {
      'no-restricted-syntax': ['error', NEW_URL],
      'no-restricted-properties': ['error', URL_PARSE],
    },
  },
  {
    files: ['lib/**'],
    ignores: ['lib/runtime/**'],
    languageOptions: { globals: { global: 'readonly' } },
    rules: {
      'no-restricted-syntax': ['error', NEW_URL, ...AMBIENT_SYNTAX],
      'no-restricted-properties': ['error', URL_PARSE, ...AMBIENT_PROPERTIES],
      'no-restricted-globals': ['error', AMBIENT_GLOBALS],
    },
  },
  // Real sockets have an event loop; what it flushes and when is no decision of ours.
  { files: ['lib/adapters/http/flush.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['lib/runtime/**', 'functions/**'], rules: { 'no-console': 'error' } },
];

const general = {
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  linterOptions: { noInlineConfig: true },
  rules: {
    eqeqeq: 'error',
    'no-constant-binary-expression': 'error',
    'no-self-compare': 'error',
    'no-unreachable-loop': 'error',
    'no-unsafe-finally': 'error',
    'no-useless-assignment': 'error',
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }], // code points are what keys are made of
    '@typescript-eslint/no-unused-vars': [
      'error',
      { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
    ],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  },
};

/** Matchers of Vitest are typed `any`, and a test may say `!` where it would fail anyway. */
const tests = {
  files: ['test/**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-non-null-assertion': 'off',
    '@typescript-eslint/no-unsafe-assignment': 'off',
    '@typescript-eslint/require-await': 'off',
  },
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.oss2cos/', '.serverless/'] },
  tseslint.configs.strictTypeChecked,
  general,
  ...layers,
  ...ambient,
  tests,
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', Buffer: 'readonly' } },
  },
);
