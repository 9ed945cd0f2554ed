/** Just enough of an XML reader for the bodies COS takes: elements and text, attributes skipped. */

export interface XmlNode {
  readonly name: string;
  /** Its own text, references resolved. */
  readonly text: string;
  readonly children: readonly XmlNode[];
}

interface OpenNode {
  readonly name: string;
  text: string;
  readonly children: XmlNode[];
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const REFERENCE = /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi;

function resolve(text: string): string {
  return text.replace(REFERENCE, (whole: string, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;

/** The root element of a document, or undefined where it is not well-formed. */
export function parseXml(source: string): XmlNode | undefined {
  const root: OpenNode = { name: '', text: '', children: [] };
  const open: OpenNode[] = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source);
    const top = open.at(-1);
    if (!token || !top || !take(token, top, open)) return undefined;
  }
  return open.length === 1 && root.children.length === 1 && root.text.trim() === ''
    ? root.children[0]
    : undefined;
}

/** False where the token cannot stand there. */
function take(token: RegExpExecArray, top: OpenNode, open: OpenNode[]): boolean {
  const [, cdata, closing, name, selfClosing, text] = token;
  if (cdata !== undefined) top.text += cdata;
  if (text !== undefined) top.text += resolve(text);
  if (name === undefined) return true;
  if (closing === '/') {
    open.pop();
    return top.name === name;
  }
  const node: OpenNode = { name, text: '', children: [] };
  top.children.push(node);
  if (selfClosing !== '/') open.push(node);
  return true;
}

export function childrenNamed(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}

/** Text of the first child of that name. */
export function childText(node: XmlNode | undefined, name: string): string | undefined {
  return childrenNamed(node, name)[0]?.text;
}
