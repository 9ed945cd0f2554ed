/** HTML that cannot be injected into: a template whose every value is escaped unless it is markup already. */
import { textPieces, visible } from './report-page-text.ts';

export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Value = string | number | Markup | readonly Markup[];

/** For text and for quoted attributes alike. Unseen characters are written out. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(strings.reduce((page, part, i) => page + rendered(values[i - 1] ?? '') + part));
}

export const NOTHING = new Markup('');

function rendered(value: Value): string {
  if (value instanceof Markup) return value.html;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(visible(value));
  return value.map((one) => one.html).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** A key, or another text of unknown origin: what cannot be shown is marked, so that `\u0007` is not taken for six characters. */
export function foreign(text: string): Markup {
  const pieces = textPieces(text).map((piece) =>
    piece.escaped ? html`<b class="unseen">${piece.text}</b>` : html`${piece.text}`,
  );
  return html`<code class="foreign">${pieces}</code>`;
}
