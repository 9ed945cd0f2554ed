/** Object tags: the `x-cos-tagging` header, the `<Tagging>` document, and what COS takes in them (436/35665). */
import { element, xmlDocument } from '../kernel/xml.ts';
import { COS_LIMITS } from './limits.ts';
import { refusal } from './refusals.ts';
import { childrenNamed, childText, type XmlNode } from './xml.ts';

export type Tag = readonly [key: string, value: string];

/** `k1=v1&k2=v2`, percent-encoded. */
export function tagsOfHeader(header: string): Tag[] {
  if (header === '') return [];
  return header.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal('InvalidTag', 'The tag is not percent-encoded UTF-8.');
  }
}

export function tagsOfDocument(tagging: XmlNode | undefined): Tag[] {
  const [tagSet] = childrenNamed(tagging, 'TagSet');
  if (tagging?.name !== 'Tagging' || !tagSet) {
    throw refusal('MalformedXML', 'The XML you provided was not well-formed.');
  }
  return childrenNamed(tagSet, 'Tag').map((tag) => [
    childText(tag, 'Key') ?? '',
    childText(tag, 'Value') ?? '',
  ]);
}

const ALLOWED = /^[\p{L}\p{M}\p{N} +\-=._:/@]+$/u;

/** @throws ServiceError 400 InvalidTag. */
export function checkTags(tags: readonly Tag[]): void {
  const { tagsMax, tagKeyCharactersMax, tagValueCharactersMax } = COS_LIMITS;
  if (tags.length > tagsMax) throw refusal('InvalidTag', `An object has at most ${String(tagsMax)} tags.`);
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw refusal('InvalidTag', 'A tag key is given twice.');
  }
  for (const [key, value] of tags) {
    const fits = [...key].length <= tagKeyCharactersMax && [...value].length <= tagValueCharactersMax;
    if (!fits || !ALLOWED.test(key) || !ALLOWED.test(value)) {
      throw refusal('InvalidTag', 'The tag is empty, too long or holds a character that is not allowed.');
    }
  }
}

export function taggingXml(tags: Readonly<Record<string, string>>): string {
  const each = Object.entries(tags).map(
    ([key, value]) => `<Tag>${element('Key', key)}${element('Value', value)}</Tag>`,
  );
  return xmlDocument('Tagging', `<TagSet>${each.join('')}</TagSet>`);
}
