/** Reads the XML of OSS and COS: elements and text in a fixed shape. Strict, and far faster than a general parser. */

/** The text is not what the stores send. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** The stores nest a few elements; deeper ones are there to exhaust the stack. */
const DEPTH_MAX = 32;
const LESS = 0x3c;
const SLASH = 0x2f;

/** Walks over elements; every method throws `XmlError` where the text does not go on as it must. */
export class XmlReader {
  #text: string;
  /** Where it goes on; to be set only between elements, and behind one that is known. */
  at = 0;
  /** Set between a `<Name/>` and its close: it goes on as `<Name></Name>` does. */
  #emptyName: string | undefined;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith('\ufeff')) this.at = 1;
    this.#skipSpace();
    if (!text.startsWith('<?xml', this.at)) return;
    const end = text.indexOf('?>', this.at);
    if (end < 0) throw new XmlError('the declaration does not end');
    this.at = end + 2;
  }

  /** What it reads. */
  get text(): string {
    return this.#text;
  }

  /** Whether all of the text is read. */
  get isThrough(): boolean {
    return this.at >= this.#text.length;
  }

  /** The text that follows the one that is read: a document may come in pieces that are cut between elements. */
  goOn(text: string): void {
    this.#text = text;
    this.at = 0;
  }

  /** The name of the element that opens here, or undefined where the parent closes (or the text ends). */
  open(): string | undefined {
    if (this.#emptyName !== undefined) return undefined;
    this.#skipSpace();
    const text = this.#text;
    const at = this.at;
    if (at >= text.length) return undefined;
    if (text.charCodeAt(at) !== LESS) throw new XmlError('there is text between elements');
    if (text.charCodeAt(at + 1) === SLASH) return undefined;
    const end = text.indexOf('>', at);
    if (end < 0) throw new XmlError('a tag does not end');
    if (text.charCodeAt(end - 1) === SLASH) return this.#openEmpty(at, end);
    this.at = end + 1;
    const tag = text.slice(at + 1, end);
    const space = tag.indexOf(' ');
    return space < 0 ? tag : tag.slice(0, space);
  }

  #openEmpty(at: number, end: number): string {
    const tag = this.#text.slice(at + 1, end - 1).trimEnd();
    this.at = end + 1;
    this.#emptyName = tag;
    return tag;
  }

  /** The text of the element just opened, which has no children; also closes it. */
  textOf(name: string): string {
    return unescaped(this.rawText(name));
  }

  /** As `textOf`, with references as they stand. */
  rawText(name: string): string {
    if (this.#emptyName !== undefined) return this.#closeEmpty();
    const text = this.#text;
    const end = text.indexOf('<', this.at);
    if (end < 0) throw new XmlError(`${name} does not end`);
    const raw = text.slice(this.at, end);
    this.at = end;
    this.close(name);
    return raw;
  }

  close(name: string): void {
    if (this.#emptyName !== undefined) return void this.#closeEmpty();
    this.#skipSpace();
    const text = this.#text;
    const at = this.at;
    const end = at + 2 + name.length;
    const closes =
      text.charCodeAt(at) === LESS &&
      text.charCodeAt(at + 1) === SLASH &&
      text.charCodeAt(end) === 0x3e &&
      text.startsWith(name, at + 2);
    if (!closes) throw new XmlError(`${name} does not close where it should`);
    this.at = end + 1;
  }

  /** Passes over the element just opened and all it holds. */
  skip(name: string, depth = 0): void {
    if (depth > DEPTH_MAX) throw new XmlError('the elements are nested too deeply');
    if (this.#emptyName !== undefined) return void this.#closeEmpty();
    const end = this.#text.indexOf('<', this.at);
    if (end < 0) throw new XmlError(`${name} does not end`);
    this.at = end;
    for (let child = this.open(); child !== undefined; child = this.open()) {
      this.skip(child, depth + 1);
      const next = this.#text.indexOf('<', this.at);
      if (next < 0) throw new XmlError(`${name} does not end`);
      this.at = next;
    }
    this.close(name);
  }

  /** Nothing may follow the root. */
  end(): void {
    this.#skipSpace();
    if (this.at < this.#text.length) throw new XmlError('something follows the document');
  }

  #closeEmpty(): string {
    this.#emptyName = undefined;
    return '';
  }

  #skipSpace(): void {
    while (this.#text.charCodeAt(this.at) <= 0x20) this.at++;
  }
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text with its references resolved. */
export function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^&;]{0,12});?/g, (whole: string, reference: string) => {
    const found = whole.endsWith(';') ? resolveReference(reference) : undefined;
    if (found === undefined) throw new XmlError(`${whole} is no reference`);
    return found;
  });
}

function resolveReference(reference: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/i.exec(reference) ?? [];
  if (hex === undefined && decimal === undefined) {
    return Object.hasOwn(NAMED, reference) ? NAMED[reference] : undefined;
  }
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** The text of the first element of that name below the root, in a document that tells one thing; undefined if absent. */
export function textOfChild(document: string, root: string, name: string): string | undefined {
  const reader = new XmlReader(document);
  if (reader.open() !== root) throw new XmlError(`the document is no ${root}`);
  let found: string | undefined;
  for (let child = reader.open(); child !== undefined; child = reader.open()) {
    if (child === name && found === undefined) found = reader.textOf(child);
    else reader.skip(child);
  }
  reader.close(root);
  reader.end();
  return found;
}
