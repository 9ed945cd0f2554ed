/** Unpacks a function's zip, as SCF does into /var/user. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { unzipSync } from 'fflate';

const hashes = new WeakMap<Uint8Array, string>();

export function hashOf(zip: Uint8Array): string {
  const known = hashes.get(zip);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(zip).digest('hex');
  hashes.set(zip, hash);
  return hash;
}

/** One folder a zip, however many instances run its code. */
export class Packages {
  readonly #root: string;
  readonly #folders = new Map<string, Promise<string>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws Error where the zip is none, or names files outside its folder. */
  folderOf(zip: Uint8Array): Promise<string> {
    const hash = hashOf(zip);
    const folder = this.#folders.get(hash) ?? unpack(zip, join(this.#root, `code-${hash.slice(0, 16)}`));
    this.#folders.set(hash, folder);
    return folder;
  }
}

async function unpack(zip: Uint8Array, folder: string): Promise<string> {
  await mkdir(folder);
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    const path = join(folder, name);
    if (relative(folder, path).startsWith('..')) throw new Error(`the package names a file outside: ${name}`);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, content);
  }
  return folder;
}
