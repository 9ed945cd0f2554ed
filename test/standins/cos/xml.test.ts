import fc from 'fast-check';
import { expect, test } from 'vitest';
import { element, xmlDocument } from '../kernel/xml.ts';
import { childrenNamed, childText, parseXml } from './xml.ts';

test('text written by the kernel is read back unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(childText(parseXml(xmlDocument('Root', element('Key', text))), 'Key')).toBe(text);
    }),
  );
});

test('declaration, comments, attributes, CDATA, references and empty elements are read', () => {
  const source =
    '<?xml version="1.0"?>\n<!-- a -->\n<Delete xmlns="urn:x"> <Quiet/><Object a="1"><Key>&#97;&#x62;&amp;<![CDATA[<c>]]></Key></Object></Delete>\n';
  const root = parseXml(source);
  expect(root?.name).toBe('Delete');
  expect(childText(root, 'Quiet')).toBe('');
  expect(childrenNamed(root, 'Object').map((object) => childText(object, 'Key'))).toEqual(['ab&<c>']);
});

test.each(['', 'text', '<a>', '<a></b>', '</a>', '<a/><b/>', '<a/>behind', '<a><b></a></b>', '<a', '< a/>'])(
  '%j is not well-formed',
  (source) => {
    expect(parseXml(source)).toBeUndefined();
  },
);
