/** Bundles and zips: the same always, within the budget, without native code; large ones go through a bucket. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, onTestFinished, test } from 'vitest';
import { type Package, packageFunction } from '../../scripts/deploy/bundle.ts';
import { checkSizes } from '../../scripts/deploy/environment.ts';
import { placeCode } from '../../scripts/deploy/upload.ts';
import { hashOf, zipOf } from '../../scripts/deploy/zip.ts';
import { startCos } from '../standins/cos/server.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const MB = 1_000_000;

test('a zip holds the files and depends on nothing else', () => {
  const zip = zipOf({ 'index.js': 'exports.a = 1;', 'b.txt': 'ü' });
  expect(zipOf({ 'b.txt': 'ü', 'index.js': 'exports.a = 1;' })).toEqual(zip);
  expect(Object.keys(unzipSync(zip))).toEqual(['b.txt', 'index.js']);
  expect(Buffer.from(unzipSync(zip)['index.js']!).toString()).toBe('exports.a = 1;');
  expect(hashOf(zip)).toMatch(/^[0-9a-f]{32}$/);
  expect(hashOf(zipOf({ 'index.js': 'exports.a = 2;', 'b.txt': 'ü' }))).not.toBe(hashOf(zip));
});

test('a zip is the same in every time zone', () => {
  const zone = process.env.TZ;
  onTestFinished(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  const zips = ['UTC', 'Asia/Shanghai', 'America/Los_Angeles'].map((name) => {
    process.env.TZ = name;
    return hashOf(zipOf({ 'index.js': '1' }));
  });
  expect(new Set(zips).size).toBe(1);
});

test.each(['planner', 'copy', 'reporter'])(
  'the real %s stays within its budget and exports its handler',
  { timeout: 60_000 },
  async (key) => {
    const made = await packageFunction({ key, handler: `functions/${key}.main_handler` }, ROOT, 4 * MB);
    const folder = await tempFolder();
    await writeFile(join(folder, 'index.js'), unzipSync(made.zip)['index.js']!);
    const loaded = createRequire(join(folder, 'x.js'))('./index.js') as { main_handler: unknown };
    expect(loaded.main_handler).toBeTypeOf('function');
  },
);

async function source(code: string): Promise<string> {
  const root = await tempFolder();
  await mkdir(join(root, 'functions'));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  await writeFile(join(root, 'functions/copy.ts'), code);
  return root;
}

const COPY = { key: 'copy', handler: 'functions/copy.main_handler' };

test('a bundle above its budget is refused, the largest modules named', async () => {
  const root = await source(
    `import { zipSync } from 'fflate'; export const main_handler = () => zipSync({});`,
  );
  await expect(packageFunction(COPY, root, 1_000)).rejects.toThrow(
    /The bundle of copy has \d+ bytes, 1000 are allowed[^]*fflate: \d+/,
  );
});

test('native code in a bundle is refused', async () => {
  const root = await source(`import addon from './addon.node'; export const main_handler = () => addon;`);
  await expect(packageFunction(COPY, root, MB)).rejects.toThrow('./addon.node is native code');
});

test('a mistake in the code is told with its place', async () => {
  const root = await source(`export const main_handler = () => {\n  return 1 +;\n};`);
  await expect(packageFunction(COPY, root, MB)).rejects.toThrow('functions/copy.ts:2: Unexpected ";"');
});

test('a handler without a file is told', async () => {
  const root = await source('');
  await expect(
    packageFunction({ ...COPY, handler: 'functions/nobody.main_handler' }, root, MB),
  ).rejects.toThrow('there is no functions/nobody.ts');
});

function large(): Package {
  const code = randomBytes(4_000_000).toString('hex');
  const zip = new Uint8Array(randomBytes(7_000_001));
  return { key: 'copy', code, zip, hash: hashOf(zip) };
}

test('a zip that fits into a request goes inline, one byte more asks for a bucket', async () => {
  const options = { bucket: undefined, region: 'ap-guangzhou', env: {} };
  const fits = { ...large(), zip: new Uint8Array(7_000_000) };
  expect(await placeCode(fits, options)).toEqual({ ZipFile: Buffer.from(fits.zip).toString('base64') });
  await expect(placeCode(large(), options)).rejects.toThrow('name a bucket in provider.code.bucket');
});

test('a large zip goes through the bucket, under a key that follows from its content', async () => {
  const credential = { id: 'code-id', secret: 'code-secret' };
  const cos = await startCos({
    buckets: { 'code-1250000000': { region: 'ap-guangzhou' } },
    credentials: [credential],
  });
  onTestFinished(() => cos.close());
  const env = {
    OSS2COS_CODE_ENDPOINT: cos.url,
    TENCENTCLOUD_SECRET_ID: credential.id,
    TENCENTCLOUD_SECRET_KEY: credential.secret,
  };
  const made = large();
  const place = await placeCode(made, { bucket: 'code-1250000000', region: 'ap-guangzhou', env });
  const key = `oss2cos-code/${made.hash}.zip`;
  expect(place).toEqual({ CosBucketName: 'code', CosObjectName: `/${key}`, CosBucketRegion: 'ap-guangzhou' });
  const { body } = cos.store('code-1250000000').get(key)!;
  const chunks: Buffer[] = [];
  for await (const chunk of body.read(0, body.size)) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(made.zip)).toBe(true);
});

test('variables above 4 KB are refused for all functions at once, without their values', () => {
  const value = 'v'.repeat(4_090);
  expect(() => checkSizes({ copy: { OK: 'x'.repeat(4_094) } })).not.toThrow();
  const tooLarge = () =>
    checkSizes({ planner: { LARGE: value, MORE: '12' }, copy: { LARGE: `${value}v`, X: 'y' } });
  expect(tooLarge).toThrow(
    /functions\.planner: 4101 of 4096 bytes; the largest: LARGE 4095, MORE 6[^]*functions\.copy: 4098/,
  );
});
