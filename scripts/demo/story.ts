/** How the demo tells its story: numbered chapters, indented lines, colours on a terminal alone. */

export interface Story {
  chapter(title: string): void;
  line(text?: string): void;
  paint(colour: Colour, text: string): string;
}

const COLOURS = { green: 32, yellow: 33, red: 31, faint: 2, bold: 1 } as const;
type Colour = keyof typeof COLOURS;

export function storyOn(stream: { write(text: string): unknown }, coloured: boolean): Story {
  let chapters = 0;
  const paint = (colour: Colour, text: string): string =>
    coloured ? `\u001b[${String(COLOURS[colour])}m${text}\u001b[0m` : text;
  return {
    paint,
    chapter(title) {
      chapters += 1;
      stream.write(`\n${paint('bold', `${String(chapters)}  ${title}`)}\n`);
    },
    line(text = '') {
      stream.write(text === '' ? '\n' : `   ${text}\n`);
    },
  };
}

export function counted(number: number): string {
  return number.toLocaleString('en-US');
}

/** For a terminal: quoted, control characters written out, cut where it is long. */
export function shownKey(key: string): string {
  const quoted = JSON.stringify(key);
  return quoted.length > 44 ? `${[...quoted].slice(0, 40).join('')}…"` : quoted;
}
