/** Objects to try things with: of every kind that a migration meets, and as many plain ones as are asked for. */
import { generatedBody } from './kernel/object.ts';
import type { Seed } from './oss/server.ts';

const KB = 1024;
const MB = 1024 * KB;

/** One of each kind. */
const SPECIAL: readonly Seed[] = [
  { key: 'special/empty', body: '' },
  { key: 'special/a b+c%d&e.txt', body: 'a key with characters that want encoding' },
  { key: 'special//double/../slash', body: 'a key that a path join would rewrite' },
  { key: 'special/中文/😀.txt', body: 'a key beyond ASCII' },
  {
    key: 'special/headers.html',
    body: '<p>headers</p>',
    headers: { 'content-type': 'text/html', 'cache-control': 'max-age=60', 'content-language': 'en' },
    meta: { author: 'someone' },
    tags: { colour: 'blue' },
  },
  { key: 'special/link', body: '', symlinkTarget: 'special/headers.html' },
  { key: 'special/archived', body: 'not restored: fails as ARCHIVED', storageClass: 'Archive' },
  { key: 'special/restored', body: 'restored', storageClass: 'Archive', restored: true },
  { key: 'special/infrequent', body: 'infrequent access', storageClass: 'IA' },
  { key: 'special/very-old', body: 'without a checksum', withoutCrc64: true },
  { key: 'special/multipart-100-mib', body: generatedBody(1, 100 * MB), type: 'Multipart' },
];

/** `count` objects of 1 B to 64 KiB, after one of each special kind. */
export function* samples(count: number): Generator<Seed> {
  yield* SPECIAL;
  for (let index = 0; index < count; index += 1) {
    const bytes = 1 + ((index * 7919) % (64 * KB));
    const day = String(1 + (index % 28)).padStart(2, '0');
    const key = `2024/${day}/photo-${String(index).padStart(8, '0')}.jpg`;
    yield { key, body: generatedBody(index, bytes), headers: { 'content-type': 'image/jpeg' } };
  }
}
