// Inputs for any operation: valid by its schema as far as JSON Schema says, or hostile.
import fc from 'fast-check';
import { z } from 'zod';

type JsonSchema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
};

/** Values that fit a schema; ids are taken from those that exist, so that operations get as far as their authorisation. */
function fitting(schema: JsonSchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return fc.oneof(...options.map((option) => fitting(option, ids)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object': {
      const required = new Set(schema.required ?? []);
      const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [name, required.has(name) ? fitting(member, ids) : fc.option(fitting(member, ids), { nil: undefined })] as const);
      return fc.record(Object.fromEntries(members));
    }
    case 'array':
      return fc.array(fitting(schema.items ?? {}, ids), { maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.integer({ min: Math.ceil(Math.max(schema.minimum ?? 0, -1e6)), max: Math.min(schema.maximum ?? 100, 1e6) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      if (schema.format === 'uuid' || schema.pattern?.includes('[0-9a-fA-F]{8}')) return fc.constantFrom(...ids);
      if (schema.format === 'date-time') return fc.constantFrom('2026-01-01T00:00:00Z', '2001-02-01T00:00:00.000Z');
      if (schema.format === 'email') return fc.constant('somebody@example.test');
      if (schema.pattern?.includes('sha256:')) return fc.constantFrom(`sha256:${'a'.repeat(64)}`, `sha256:${'0'.repeat(64)}`);
      return fc.constantFrom('production', 'a reason of some length', 'a-slug', '1').map((text) => text.slice(0, schema.maxLength ?? 200));
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

export function fittingInput(schema: z.ZodType, ids: readonly string[]): fc.Arbitrary<unknown> {
  return fitting(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, ids);
}

const hostileTexts = ['', '\u0000', 'a\u0000b', '\ud800', '%', "'; drop table run; --", '../../etc/passwd', '__proto__', '{{7*7}}', '\u202e', 'NaN', '-1', '1e999', 'null', '[]', 'sha256:', 'sha256:' + 'g'.repeat(64), '00000000-0000-0000-0000-000000000000', 'x'.repeat(5000), '2026-13-45', '+275760-09-13T00:00:00.000Z', '9007199254740993'];

/** Anything but what the operation expects, with its own names of fields as bait. */
export function hostileInput(schema: z.ZodType): fc.Arbitrary<unknown> {
  const names = Object.keys((z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema).properties ?? {});
  const value = fc.oneof(fc.constantFrom(...hostileTexts), fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.constant(undefined));
  return fc.oneof(
    { weight: 4, arbitrary: fc.record(Object.fromEntries(names.map((name) => [name, value]))) },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', ...names), fc.string()), value) },
  );
}
