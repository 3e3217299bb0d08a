// The shape of the input document, read from its schema, so that a rule cannot ask for what will never be there. Pure.
import { z } from 'zod';
import { policyInput } from './input.ts';
import type { PolicyContent } from './schema.ts';

/** What an expression can be known to be. `record`: an object with free member names. `unknown`: not followed further. */
export type Shape =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Shape>; readonly description: string | null }
  | { readonly kind: 'record'; readonly member: Shape; readonly description: string | null }
  | { readonly kind: 'list'; readonly item: Shape; readonly description: string | null }
  | { readonly kind: 'scalar'; readonly type: string; readonly description: string | null }
  | { readonly kind: 'unknown' };

type JsonSchema = { type?: string | string[]; properties?: Record<string, JsonSchema>; additionalProperties?: JsonSchema | boolean; items?: JsonSchema; anyOf?: JsonSchema[]; description?: string };

function shapeOf(schema: JsonSchema): Shape {
  const description = schema.description ?? null;
  const inner = schema.anyOf?.filter((option) => option.type !== 'null');
  if (inner) {
    const only = inner.length === 1 ? inner[0] : undefined;
    if (!only) return { kind: 'unknown' };
    const shape = shapeOf(only);
    return shape.kind === 'unknown' || description === null ? shape : { ...shape, description };
  }
  if (schema.properties) return { kind: 'object', members: new Map(Object.entries(schema.properties).map(([name, member]) => [name, shapeOf(member)])), description };
  if (typeof schema.additionalProperties === 'object') return { kind: 'record', member: shapeOf(schema.additionalProperties), description };
  if (schema.items) return { kind: 'list', item: shapeOf(schema.items), description };
  const types = [schema.type ?? []].flat().filter((type) => type !== 'null');
  if (types.length === 1 && types[0] !== undefined) return { kind: 'scalar', type: types[0], description };
  return { kind: 'unknown' };
}

/** The shape of the whole input document. */
export const inputShape: Shape = shapeOf(z.toJSONSchema(policyInput, { io: 'output' }) as JsonSchema);

/** The names that an expression of this policy may begin with: the document's members, and `parameters`. */
export function rootShapes(parameters: PolicyContent['parameters']): ReadonlyMap<string, Shape> {
  const roots = new Map(inputShape.kind === 'object' ? inputShape.members : []);
  const members = Object.entries(parameters).map(([name, { value, meaning }]): [string, Shape] => [
    name,
    Array.isArray(value) ? { kind: 'list', item: { kind: 'scalar', type: 'string', description: null }, description: meaning } : { kind: 'scalar', type: typeof value, description: meaning },
  ]);
  roots.set('parameters', { kind: 'object', members: new Map(members), description: 'Named numbers and texts of this policy.' });
  return roots;
}

/** The shape of one member; a text says why there is no such member. */
export function memberOf(shape: Shape, name: string, path: string): Shape | string {
  switch (shape.kind) {
    case 'object':
      return shape.members.get(name) ?? `${path} has no member ${name}`;
    case 'record':
      return shape.member;
    case 'unknown':
      return shape;
    case 'list':
      return `${path} is a list and has no members`;
    case 'scalar':
      return `${path} is a ${shape.type} and has no members`;
  }
}

/** Every path of the document with its description, for people who write rules. */
export function documentedPaths(shape: Shape = inputShape, path = ''): { path: string; type: string; description: string | null }[] {
  const own = (type: string, description: string | null) => (path === '' ? [] : [{ path, type, description }]);
  const joined = (name: string) => (path === '' ? name : `${path}.${name}`);
  switch (shape.kind) {
    case 'object':
      return [...own('object', shape.description), ...[...shape.members].flatMap(([name, member]) => documentedPaths(member, joined(name)))];
    case 'record':
      return [...own('map', shape.description), ...documentedPaths(shape.member, joined('<name>'))];
    case 'list':
      return [...own('list', shape.description), ...documentedPaths(shape.item, `${path}[]`)];
    case 'scalar':
      return own(shape.type, shape.description);
    case 'unknown':
      return own('any', null);
  }
}
