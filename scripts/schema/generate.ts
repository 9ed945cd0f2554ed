/** What is derived from the code: the task's JSON Schema, and the README's tables of task properties and failure classes. */
import { format } from 'prettier';
import { FAILURE_CLASSES } from '../../lib/core/failures.ts';
import { taskJsonSchema } from '../../lib/core/task-shape.ts';

export function schemaText(): string {
  return JSON.stringify(taskJsonSchema(), null, 2) + '\n';
}

const README_FORMAT = { parser: 'markdown', printWidth: 110 } as const;

/** Replaces what stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; throws where a marker is missing. */
export async function generatedReadme(readme: string): Promise<string> {
  const text = Object.entries({ task: taskTable(), failures: failureTable() }).reduce(
    (text, [name, table]) => replaceSection(text, name, table),
    readme,
  );
  return format(text, README_FORMAT);
}

function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the README has no section ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n${text.slice(to)}`;
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

function taskTable(): string {
  const rows = rowsOf(taskJsonSchema(), '');
  return markdownTable(['property', 'default', 'what'], rows);
}

function rowsOf(schema: Schema, path: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const full = path === '' ? name : `${path}.${name}`;
    const nested = nestedRows(property, full);
    if (nested.length > 0) return nested;
    const isRequired = schema.required?.includes(name) === true && property.default === undefined;
    return [
      [
        `\`${full}\``,
        isRequired ? 'required' : defaultOf(property),
        `${property.description ?? ''}${choices(property)}`,
      ],
    ];
  });
}

/** Of what is written in several ways, each with its own fields, all are told. */
function nestedRows(schema: Schema, path: string): string[][] {
  if (schema.properties !== undefined) return rowsOf(schema, path);
  if (schema.items?.properties !== undefined) return rowsOf(schema.items, `${path}[]`);
  return (schema.anyOf ?? []).flatMap((way) => nestedRows(way, path));
}

function defaultOf({ default: value }: Schema): string {
  return value === undefined || value === '' ? '' : `\`${JSON.stringify(value)}\``;
}

/** Left out where the description tells them. */
function choices({ enum: values, description = '' }: Schema): string {
  return values === undefined || values.every((value) => description.includes(String(value)))
    ? ''
    : ` (${values.map((value) => `\`${String(value)}\``).join(', ')})`;
}

function failureTable(): string {
  const rows = Object.entries(FAILURE_CLASSES).map(([code, { retryable, hint }]) => [
    `\`${code}\``,
    retryable ? 'yes' : 'no',
    hint,
  ]);
  return markdownTable(['class', 'retry helps as it is', 'what to do'], rows);
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}
