/** The source bucket of the demo: every kind of object that a migration meets, and how each must end. */
import { gzipSync } from 'node:zlib';
import type { FailureCode } from '../../lib/core/failures.ts';
import { KiB, MiB } from '../../lib/core/bytes.ts';
import { generatedBody } from '../../test/standins/kernel/object.ts';
import type { Seed } from '../../test/standins/oss/server.ts';
import { NASTY_KEYS, REFUSED_KEYS } from '../../test/support/nasty-keys.ts';

export type Ending = 'copied' | 'skipped' | FailureCode;

export interface Item {
  readonly seed: Seed;
  /** How the first run must end for it. */
  readonly first: Ending;
  /** How the retry must, where the first run fails. */
  readonly retried?: Ending;
}

export interface Kind {
  readonly title: string;
  readonly items: readonly Item[];
}

/** All source objects: the same instant, so that the rule `newer` has something to compare with. */
const MODIFIED = new Date('2024-06-01T08:00:00Z');
const EVERY_HEADER = {
  'content-type': 'image/svg+xml; charset=utf-8',
  'cache-control': 'max-age=60, public',
  'content-disposition': 'attachment; filename="a b.svg"',
  'content-encoding': 'identity',
  'content-language': 'de, zh',
  expires: 'Wed, 21 Oct 2026 07:28:00 GMT',
};

/** @param photos How many plain objects there are beside one or a few of each other kind. */
export function sourceKinds(photos: number): Kind[] {
  return [...arriving(photos), ...inTargetAlready(), ...failing()];
}

function arriving(photos: number): Kind[] {
  const tenTags = Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`tag ${String(i)}`, `é/${String(i)}`]),
  );
  const meta = { owner: 'Zoë 中文', 'shot-with': 'a camera' };
  const film = { key: 'film/200-mib.mp4', body: generatedBody(1, 200 * MiB), type: 'Multipart' } as const;
  const page = gzipSync('<p>stored compressed, and to stay so</p>'.repeat(100));
  return [
    kind('plain photos of 1 to 32 KiB, some of them tagged', some(photos, photo)),
    kind('object of 200 MiB, once uploaded in parts', [
      { ...film, headers: { 'content-type': 'video/mp4' } },
    ]),
    kind(
      'keys that tools lose: "..", "a//b", "plus+sign", "😀 emoji", 850 bytes',
      NASTY_KEYS.map((key) => ({ key, body: `the content of ${key}` })),
    ),
    kind('objects with all standard headers, UTF-8 metadata and ten tags', [
      { key: 'headers/every.svg', body: '<svg/>', headers: EVERY_HEADER, meta, tags: tenTags },
      {
        key: 'headers/gzip.html',
        body: page,
        headers: { 'content-type': 'text/html', 'content-encoding': 'gzip' },
      },
    ]),
    kind(
      'in infrequent access',
      some(20, (n) => ({ ...small('ia', n), storageClass: 'IA' })),
    ),
    kind(
      'archived and restored, so readable',
      some(6, (n) => ({ ...small('thawed', n), ...THAWED })),
    ),
    kind(
      'symlinks',
      some(8, (n) => ({ ...link(n, '2024/00/photo-00000.jpg'), headers: { 'content-type': 'image/jpeg' } })),
    ),
    kind(
      'without a byte: empty objects and folder markers',
      ['empty/', 'empty/file', 'folder/sub/'].map(empty),
    ),
    kind('from before OSS kept checksums', [
      ...some(9, (n) => ({ ...small('old', n), withoutCrc64: true })),
      { key: 'old/3-mb.bin', body: generatedBody(3, 3_000_000), withoutCrc64: true },
    ]),
    kind(
      'logs, appended to',
      some(5, (n) => ({ ...small('log', n), type: 'Appendable' })),
    ),
  ];
}

/** See `targetSeeds`. */
function inTargetAlready(): Kind[] {
  return [
    kind(
      'whose names the target has, older: to be overwritten',
      some(5, (n) => small('stale', n)),
    ),
    kind(
      'whose names the target has, newer: to be kept there',
      some(5, (n) => small('edited', n)),
      { first: 'skipped' },
    ),
  ];
}

function failing(): Kind[] {
  const longMetadata = { description: 'x'.repeat(3 * KiB) };
  const refused = REFUSED_KEYS.map(([key, code]): Item =>
    item({ key, body: 'unreachable' }, stays(code === 'key_illegal' ? 'KEY_ILLEGAL' : 'KEY_TOO_LONG')),
  );
  return [
    kind(
      'archived',
      some(8, (n) => ({ ...small('frozen', n), storageClass: 'ColdArchive' })),
      mended('ARCHIVED'),
    ),
    kind(
      'with a metadata name that COS cannot hold',
      some(7, (n) => ({ ...small('underscore', n), meta: { camera_model: `X${String(n)}` } })),
      mended('METADATA_ILLEGAL'),
    ),
    kind(
      'with 3 KB of metadata, where COS takes 2 KB',
      some(3, (n) => ({ ...small('talkative', n), meta: longMetadata })),
      stays('METADATA_TOO_LARGE'),
    ),
    { title: 'whose keys COS refuses: too long, a leading slash, a control character', items: refused },
    kind('symlink to nothing', [link(99, 'links/deleted-long-ago')], stays('SOURCE_GONE')),
  ];
}

type Fate = Omit<Item, 'seed'>;
const THAWED = { storageClass: 'Archive', restored: true } as const;
const mended = (first: FailureCode): Fate => ({ first, retried: 'copied' });
const stays = (code: FailureCode): Fate => ({ first: code, retried: code });

function kind(title: string, seeds: readonly Seed[], fate: Fate = { first: 'copied' }): Kind {
  return { title, items: seeds.map((seed) => item(seed, fate)) };
}

function item(seed: Seed, fate: Fate): Item {
  return { seed: { lastModified: MODIFIED, ...seed }, ...fate };
}

function some(count: number, make: (n: number) => Seed): Seed[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function small(folder: string, n: number): Seed {
  return {
    key: `${folder}/${String(n)}.txt`,
    body: `${folder}, number ${String(n)}`,
    meta: { n: String(n) },
  };
}

function empty(key: string): Seed {
  return { key, body: '' };
}

function link(n: number, symlinkTarget: string): Seed {
  return { key: `links/${String(n)}`, body: '', symlinkTarget };
}

function photo(n: number): Seed {
  const bytes = KiB + ((n * 7919) % (31 * KiB));
  return {
    key: `2024/${String(n % 12).padStart(2, '0')}/photo-${String(n).padStart(5, '0')}.jpg`,
    body: generatedBody(n, bytes),
    headers: { 'content-type': 'image/jpeg', 'cache-control': 'max-age=86400' },
    meta: { shot: String(n) },
    ...(n % 100 === 0 ? { tags: { album: 'best of' } } : {}),
  };
}
