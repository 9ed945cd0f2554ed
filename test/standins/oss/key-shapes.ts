/** Named shapes of key spaces, each a rule from an index to a key that rises in UTF-8 byte order. */
import { hex8, mix } from '../kernel/mix.ts';

export type KeyShape = 'decimal' | 'uuid' | 'dates' | 'prefix' | 'unicode';

type Rule = (index: number) => string;

/** Each takes the number of keys. */
export const KEY_SHAPES: Readonly<Record<KeyShape, (count: number) => Rule>> = {
  decimal: () => (index) => `object-${String(index).padStart(10, '0')}.bin`,
  uuid,
  dates,
  prefix,
  unicode,
};

/** Evenly spread over the key space, as random names are. */
function uuid(count: number): Rule {
  const step = 0x1_0000_0000 / count;
  return (index) => {
    const middle = hex8(mix(index, 1));
    const versioned = hex8(mix(index, 2));
    const node = hex8(mix(index, 3));
    return `${hex8(Math.floor(index * step))}-${middle.slice(4)}-4${versioned.slice(5)}-a${middle.slice(0, 3)}-${node}${versioned.slice(0, 4)}`;
  };
}

const START_MS = Date.UTC(2020, 0, 1);
const PER_HOUR = 1_000;

/** A log: a thousand keys for each hour since 2020. */
function dates(): Rule {
  let current = { hour: -1, folder: '' };
  return (index) => {
    const hour = Math.floor(index / PER_HOUR);
    if (hour !== current.hour) current = { hour, folder: folderOf(hour) };
    return `${current.folder}${String(index % PER_HOUR).padStart(4, '0')}.json.gz`;
  };
}

function folderOf(hour: number): string {
  const [day = '', time = ''] = new Date(START_MS + hour * 3_600_000).toISOString().split('T');
  return `logs/${day.replaceAll('-', '/')}/${time.slice(0, 2)}/`;
}

const DIRECTORIES = 16;
const CROWDED = 7;

/** Sixteen directories, nine keys of ten in the eighth: what defeats splitting by the first characters. */
function prefix(count: number): Rule {
  const lonely = Math.floor(count / 10 / (DIRECTORIES - 1));
  const crowdedTo = CROWDED * lonely + (count - (DIRECTORIES - 1) * lonely);
  return (index) => {
    const inCrowd = index >= CROWDED * lonely && index < crowdedTo;
    const before = index < crowdedTo ? 0 : crowdedTo;
    const directory = inCrowd
      ? CROWDED
      : Math.floor((index - before) / lonely) + (before > 0 ? CROWDED + 1 : 0);
    return `tenants/${String(directory).padStart(2, '0')}/uploads/images/original/${String(index).padStart(10, '0')}.jpg`;
  };
}

/** Digits in UTF-8 order; UTF-16 order would put the last before the two ahead of it. */
const SYMBOLS = [' ', '%', '+', 'a', 'é', '中', '\ue000', '\uff5e', '😀'] as const;

function unicode(count: number): Rule {
  const digits = Math.max(1, Math.ceil(Math.log(count) / Math.log(SYMBOLS.length)) + 1);
  return (index) => {
    let key = '';
    for (let rest = index, digit = 0; digit < digits; digit += 1) {
      key = (SYMBOLS[rest % SYMBOLS.length] ?? '') + key;
      rest = Math.floor(rest / SYMBOLS.length);
    }
    return `名/${key}`;
  };
}
