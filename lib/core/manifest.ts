/** Manifests: lists of entries, one a line. Ours (segments) are gzip JSONL; a user's may be JSONL or plain keys. */
import * as z from 'zod';
import { UserError } from './errors.ts';
import type { Entry } from './object.ts';

const entryShape: z.ZodType<Entry> = z.object({
  key: z.string().min(1),
  size: z.number().int().nonnegative().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  storageClass: z.string().optional(),
  type: z.enum(['Normal', 'Multipart', 'Appendable', 'Symlink']).optional(),
  problem: z.string().optional(),
});

/** Longer texts are costly to allocate, as V8 keeps them apart; a few lines are costly to encode one by one. */
const PIECE_CHARACTERS = 32 * 1024;

/** The entries as gzip is to have them: UTF-8, one line of JSON each. */
export function renderEntries(entries: readonly Entry[]): Buffer {
  const pieces: Lines[] = [];
  let lines = new Lines();
  for (const entry of entries) {
    lines.add(entry);
    if (lines.text.length < PIECE_CHARACTERS) continue;
    pieces.push(lines);
    lines = new Lines();
  }
  pieces.push(lines);
  const rendered = Buffer.allocUnsafeSlow(pieces.reduce((sum, piece) => sum + piece.bytes, 0));
  let at = 0;
  for (const { text, encoding } of pieces) at += rendered.write(text, at, encoding);
  return rendered;
}

/** What stands in JSON as it is, where it is well-formed: no quote, backslash or control character (RFC 8259, section 7). */
const PLAIN = /^[ !#-[\]-\uffff]*$/;
const PLAIN_ASCII = /^[ !#-[\]-~]*$/;
const ASCII = /^[\n -~]*$/;

/** Put together by hand, where nothing has to be escaped: this is a hot path (`npm run bench:listing`). */
class Lines {
  text = '';
  /** ASCII is encoded as it stands. */
  encoding: 'latin1' | 'utf8' = 'latin1';
  private end = endOf({});

  add(entry: Entry): void {
    const { key, size, etag, lastModified, storageClass, type, problem } = entry;
    const isAscii = PLAIN_ASCII.test(key);
    const isWhole = size !== undefined && etag !== undefined && lastModified !== undefined;
    const isKeyPlain = isAscii || (PLAIN.test(key) && key.isWellFormed());
    const isPlain = isWhole && isKeyPlain && PLAIN_ASCII.test(etag) && PLAIN_ASCII.test(lastModified);
    if (!isPlain || problem !== undefined) {
      this.encoding = 'utf8';
      this.text += `${JSON.stringify({ key, size, etag, lastModified, storageClass, type, problem })}\n`;
      return;
    }
    if (storageClass !== this.end.storageClass || type !== this.end.type) this.end = endOf(entry);
    if (!isAscii || !this.end.isAscii) this.encoding = 'utf8';
    this.text += `{"key":"${key}","size":${String(size)},"etag":"${etag}","lastModified":"${lastModified}"${this.end.text}`;
  }

  get bytes(): number {
    return Buffer.byteLength(this.text, this.encoding);
  }
}

/** The end of a line, which is the same in most of them. */
function endOf({ storageClass, type }: Pick<Entry, 'storageClass' | 'type'>) {
  const members = JSON.stringify({ storageClass, type }).slice(1);
  const text = `${members === '}' ? '' : ','}${members}\n`;
  return { storageClass, type, text, isAscii: ASCII.test(text) };
}

/** Parses a segment manifest of ours; throws `UserError` naming `where` when it is not what the planner wrote. */
export function parseEntries(text: string, where: string, count: number): Entry[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length !== count) {
    throw new UserError(
      `${where} holds ${String(lines.length)} entries, not ${String(count)}: it was changed after it was written`,
    );
  }
  return lines.map((line, i) => {
    const entry = parseJsonEntry(line);
    if (entry === undefined)
      throw new UserError(
        `${where}, line ${String(i + 1)}: not an entry: it was changed after it was written`,
      );
    return entry;
  });
}

function parseJsonEntry(line: string): Entry | undefined {
  try {
    const parsed = entryShape.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Longer lines are no keys; bounds the memory of a reader. */
export const MANIFEST_LINE_BYTES_MAX = 64 * 1024;

/**
 * Reads one line of a user's manifest: a JSON object with a key (a line of a failed manifest, or of a segment's),
 * a JSON string, or the plain key itself. Undefined for an empty line. A line that begins like JSON and is none
 * becomes an entry with a problem, so that it ends as a failed entry and not unnoticed.
 * The version is not taken over: entries are pinned to what is found when they are copied.
 */
export function parseSourceLine(line: Uint8Array, lineNumber: number): Entry | undefined {
  const text = decodeUtf8(lineNumber === 1 ? withoutBom(line) : line);
  const bad = (reason: string): Entry => ({
    key: (text ?? Buffer.from(line).toString('latin1')).slice(0, 200),
    problem: `line ${String(lineNumber)} of the source manifest ${reason}`,
  });
  if (text === undefined) return bad('is not valid UTF-8');
  if (line.length > MANIFEST_LINE_BYTES_MAX) return bad('is longer than any key');
  if (text === '') return undefined;
  if (!text.startsWith('{') && !text.startsWith('"')) return keyEntry(text, bad);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return bad('begins like JSON but is not');
  }
  if (typeof json === 'string') return keyEntry(json, bad);
  const key: unknown = typeof json === 'object' && json !== null && 'key' in json ? json.key : undefined;
  return typeof key === 'string' ? keyEntry(key, bad) : bad('has no "key"');
}

/** Editors on Windows begin a file with one; it is no part of the first key. */
function withoutBom(line: Uint8Array): Uint8Array {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
}

/** Without a carriage return at the end; undefined where the bytes are not UTF-8. */
function decodeUtf8(line: Uint8Array): string | undefined {
  const end = line.at(-1) === 0x0d ? line.length - 1 : line.length;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line.subarray(0, end));
  } catch {
    return undefined;
  }
}

function keyEntry(key: string, bad: (reason: string) => Entry): Entry {
  if (key === '') return bad('has an empty key');
  if (!key.isWellFormed()) return bad('has a key that is not valid Unicode');
  return { key };
}
