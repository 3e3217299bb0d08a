// Input from outside: validated against its schema, and told by path what does not fit.
import type { z } from 'zod';
import { kernelFailure, type AppError, type FieldError } from './errors.ts';
import { ok, type Err, type Result } from './result.ts';

const invalid = (errors: FieldError[]): Err<AppError> => {
  const first = errors[0];
  return kernelFailure('invalid', 'kernel.invalid_input', first ? `${first.path || 'input'}: ${first.message}` : 'The input does not fit.', { errors });
};

const unkeepable = (text: string) => text.includes('\u0000') || !text.isWellFormed();

/** The path of the first text with a NUL character or half a surrogate pair, which PostgreSQL cannot hold; null where there is none. */
function unkeepableAt(value: unknown, path: string): string | null {
  if (typeof value === 'string') return unkeepable(value) ? path : null;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  for (const [key, member] of Object.entries(value)) {
    const found = unkeepable(key) ? `${path}.<key>` : unkeepableAt(member, path ? `${path}.${key}` : key);
    if (found !== null) return found;
  }
  return null;
}

/** What is asked for where a schema has no words of its own: the library's name types and operators. Undefined: its words stand. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'too_small' && issue.origin === 'string') return Number(issue.minimum) <= 1 ? 'must not be empty' : `write at least ${String(issue.minimum)} characters`;
  if (issue.code === 'too_big' && issue.origin === 'string') return `has more than ${String(issue.maximum)} characters`;
  return undefined;
}

/** The parsed input, or 422 with one entry for each field that does not fit. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, raw: unknown): Result<z.output<Schema>, AppError> {
  const parsed = schema.safeParse(raw, { error: inWords });
  if (!parsed.success) return invalid(parsed.error.issues.slice(0, 50).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })));
  const path = unkeepableAt(parsed.data, '');
  return path === null ? ok(parsed.data) : invalid([{ path, message: 'holds a NUL character or half a surrogate pair, which cannot be kept' }]);
}
