/** What the vendor's own type definitions say about requests: read with the TypeScript compiler, so that no parameter list is ours. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';

export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'nothing' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'object'; readonly name: string };

export interface Member {
  readonly shape: Shape;
  readonly optional: boolean;
}

/** By interface name, then by member name. */
export type Shapes = ReadonlyMap<string, ReadonlyMap<string, Member>>;

const resolve = createRequire(import.meta.url);
const cache = new Map<string, Shapes>();

/** @param models for example `scf/v20180416/scf` */
export function shapesOf(models: string): Shapes {
  const known = cache.get(models);
  if (known) return known;
  const path = resolve.resolve(`tencentcloud-sdk-nodejs/tencentcloud/services/${models}_models.d.ts`);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const shapes = new Map(source.statements.flatMap((statement) => declared(statement)));
  cache.set(models, shapes);
  return shapes;
}

function declared(statement: ts.Statement): [string, Map<string, Member>][] {
  // `export type XRequest = null` stands for a request without parameters.
  if (ts.isTypeAliasDeclaration(statement)) return [[statement.name.text, new Map<string, Member>()]];
  if (!ts.isInterfaceDeclaration(statement)) return [];
  const members = statement.members.filter((member) => ts.isPropertySignature(member));
  return [[statement.name.text, new Map(members.map((member) => named(member)))]];
}

function named(member: ts.PropertySignature): [string, Member] {
  const name = ts.isIdentifier(member.name) ? member.name.text : '';
  if (!member.type || name === '') throw new Error(`a member of a kind unknown to this reader`);
  return [name, { shape: shapeOf(member.type), optional: member.questionToken !== undefined }];
}

function shapeOf(type: ts.TypeNode): Shape {
  switch (type.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { kind: 'string' };
    case ts.SyntaxKind.NumberKeyword:
      return { kind: 'number' };
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: 'boolean' };
    case ts.SyntaxKind.UnionType:
      return { kind: 'number' }; // `number | bigint` is the only union there is
    default:
      return referenceOf(type);
  }
}

function referenceOf(type: ts.TypeNode): Shape {
  if (!ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return { kind: 'nothing' };
  const [argument] = type.typeArguments ?? [];
  if (type.typeName.text === 'Array' && argument) return { kind: 'list', of: shapeOf(argument) };
  return { kind: 'object', name: type.typeName.text };
}
