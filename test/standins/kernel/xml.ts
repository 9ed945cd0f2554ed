/** The little XML that both services speak: elements without attributes, rendered fast. */
import type { ServiceError } from './http.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Control characters that XML 1.0 cannot carry are written as they are, as the services do: such a page does not parse. */
export function escapeXml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? found) : text;
}

export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** `content` is XML already. */
export function xmlDocument(root: string, content: string, attributes = ''): string {
  return `${DECLARATION}<${root}${attributes}>${content}</${root}>`;
}

export function errorXml(error: ServiceError, request: { requestId: string; host: string }): string {
  const details = Object.entries(error.details).map(([name, text]) => element(name, text));
  const standard = [
    element('Code', error.code),
    element('Message', error.message),
    element('RequestId', request.requestId),
    element('HostId', request.host),
  ];
  return xmlDocument('Error', [...standard, ...details].join(''));
}
