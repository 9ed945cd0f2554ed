/**
 * How a store spells an entry of a listing. What stands around the values is the same in all entries but a few: learned
 * from one that was parsed, it reads those that follow several times as fast. What is spelled otherwise goes to the parser.
 */

const TAG = /<(\/?)([^> ]*)[^>]*>/g;
const VALUE = '[^<]*';
/** What surrounds the values of an entry is a tenth of that: more is no store's, and would make a costly pattern. */
const SURROUNDINGS_MAX = 4_096;
/** Spellings of one page that are kept: entries differ by an element that some of them have. */
const KEPT_MAX = 4;

interface Spelling {
  /** Sticky; captures the fields' values. */
  readonly pattern: RegExp;
  /** Of each field the number of its capture; -1 where the entry has none. */
  readonly captures: readonly number[];
}

/** The spellings met in one document. Fields are children of the entry that hold text alone. */
export class Spellings {
  readonly #fields: readonly string[];
  readonly #kept: Spelling[] = [];
  /** Of the entry read last; the same list for every entry. */
  readonly #values: (string | undefined)[];
  /** Where the entry read last ends. */
  end = 0;

  constructor(fields: readonly string[]) {
    this.#fields = fields;
    this.#values = fields.map(() => undefined);
  }

  /**
   * The fields' values of the entry that begins at `from`, as the parser would read them, references as they stand;
   * undefined where it is spelled like none before it.
   */
  read(xml: string, from: number): readonly (string | undefined)[] | undefined {
    for (const { pattern, captures } of this.#kept) {
      pattern.lastIndex = from;
      const found = pattern.exec(xml);
      if (found === null) continue;
      this.end = pattern.lastIndex;
      for (let field = 0; field < captures.length; field++) {
        const capture = captures[field] ?? -1;
        this.#values[field] = capture < 0 ? undefined : found[capture];
      }
      return this.#values;
    }
    return undefined;
  }

  /** Learns from an entry that the parser accepted, with the space before it. */
  learn(entry: string): void {
    const spelling = this.#kept.length < KEPT_MAX ? spellingOf(entry, this.#fields) : undefined;
    if (spelling !== undefined) this.#kept.push(spelling);
  }
}

/** Undefined where it has an empty element or a field twice. */
function spellingOf(entry: string, fields: readonly string[]): Spelling | undefined {
  if (entry.includes('/>')) return undefined;
  const path: string[] = [];
  const captured: string[] = [];
  let source = '';
  let at = 0;
  /** Behind the tag before, if it opened an element. */
  let opened = -1;
  for (const { 0: tag, 1: slash, 2: name = '', index } of entry.matchAll(TAG)) {
    if (slash === '/' && opened >= 0) {
      const isField = path.length === 2 && fields.includes(name);
      source += escaped(entry.slice(at, opened)) + (isField ? `(${VALUE})` : VALUE);
      if (isField) captured.push(name);
      at = index;
    }
    if (slash === '') path.push(name);
    else path.pop();
    opened = slash === '' ? index + tag.length : -1;
  }
  source += escaped(entry.slice(at));
  if (source.length > SURROUNDINGS_MAX || new Set(captured).size < captured.length) return undefined;
  const captures = fields.map((field) => captured.indexOf(field) + 1 || -1);
  return { pattern: new RegExp(source, 'y'), captures };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
