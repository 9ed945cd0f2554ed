/** Request and response heads. A response head stays one string that is searched: no map is built. */
import type { HttpRequest } from './types.ts';

/** Lines are looked at together: what breaks out of one of them is looked for apart. */
const HEAD_ILLEGAL = /[^\t\r\n\x20-\x7e\x80-\xff]/;
const PATH_ILLEGAL = /[^\x21-\x7e]/;

/** Throws a TypeError where a value would break out of its line. */
export function requestHead(request: HttpRequest, host: string, bodyBytes: number | undefined): string {
  if (PATH_ILLEGAL.test(request.path)) throw new TypeError('a request path must be percent-encoded');
  let head = `${request.method} ${request.path} HTTP/1.1\r\nHost: ${host}\r\n`;
  const { headers } = request;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const line = `${headers[at] ?? ''}: ${headers[at + 1] ?? ''}`;
    if (line.includes('\n') || line.includes('\r')) throw illegalHeader(headers[at]);
    head += `${line}\r\n`;
  }
  if (HEAD_ILLEGAL.test(head)) {
    throw illegalHeader(
      headers.find(
        (_, at) => at % 2 === 0 && HEAD_ILLEGAL.test(`${headers[at] ?? ''}${headers[at + 1] ?? ''}`),
      ),
    );
  }
  return bodyBytes === undefined ? `${head}\r\n` : `${head}Content-Length: ${String(bodyBytes)}\r\n\r\n`;
}

function illegalHeader(name: string | undefined): TypeError {
  return new TypeError(`illegal character in header ${name ?? ''}`);
}

export class ResponseHead {
  readonly status: number;
  readonly #text: string;
  #lower: string | undefined;

  /** The head without its closing empty line. */
  constructor(text: string) {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
    if (status === undefined) throw new TypeError('the answer is not HTTP/1.1');
    this.status = Number(status);
    this.#text = text;
  }

  header(name: string): string | undefined {
    this.#lower ??= this.#text.toLowerCase();
    const at = this.#lower.indexOf(`\r\n${name}:`);
    if (at < 0) return undefined;
    const from = at + name.length + 3;
    const end = this.#text.indexOf('\r\n', from);
    return this.#text.slice(from, end < 0 ? undefined : end).trim();
  }

  *headers(): Iterable<[string, string]> {
    for (const line of this.#text.split('\r\n').slice(1)) {
      const colon = line.indexOf(':');
      if (colon > 0) yield [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }
  }

  /** Whether the connection may serve another request. */
  keepsAlive(): boolean {
    const connection = this.header('connection')?.toLowerCase();
    return this.#text.startsWith('HTTP/1.1') ? connection !== 'close' : connection === 'keep-alive';
  }
}
