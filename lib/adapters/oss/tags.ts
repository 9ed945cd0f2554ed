/** The `<Tagging>` document of GetObjectTagging. */
import { XmlReader, XmlError } from '../http/xml.ts';

/** Throws `XmlError` on anything else. */
export function parseTagging(xml: string): Readonly<Record<string, string>> {
  const reader = new XmlReader(xml);
  if (reader.open() !== 'Tagging') throw new XmlError('the document is no Tagging');
  const tags: [string, string][] = [];
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    if (name === 'TagSet') readTagSet(reader, tags);
    else reader.skip(name);
  }
  reader.close('Tagging');
  reader.end();
  return Object.fromEntries(tags);
}

function readTagSet(reader: XmlReader, tags: [string, string][]): void {
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    if (name === 'Tag') tags.push(readTag(reader));
    else reader.skip(name);
  }
  reader.close('TagSet');
}

function readTag(reader: XmlReader): [string, string] {
  let key: string | undefined;
  let value = '';
  for (let name = reader.open(); name !== undefined; name = reader.open()) {
    if (name === 'Key') key = reader.textOf(name);
    else if (name === 'Value') value = reader.textOf(name);
    else reader.skip(name);
  }
  reader.close('Tag');
  if (key === undefined) throw new XmlError('a tag has no Key');
  return [key, value];
}
