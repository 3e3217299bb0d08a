// Errors that a caller can meet: a closed set of kinds, each with one HTTP status, and a code for each rule.
import type { Err } from './result.ts';

export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'throttled'
  | 'unavailable'
  | 'defect';

export type FieldError = { readonly path: string; readonly message: string };

export type AppError<Code extends string = string> = {
  readonly code: Code;
  readonly kind: ErrorKind;
  /** What is wrong and what to do next, fit to be shown to whoever called. Never holds a secret. */
  readonly message: string;
  readonly errors?: readonly FieldError[];
  /** Seconds after which another try makes sense (`Retry-After`). */
  readonly retryAfterSeconds?: number;
  /** Machine-readable facts that belong to the answer, e.g. the reasons of a refused deployment. */
  readonly details?: Readonly<Record<string, unknown>>;
};

export const httpStatus: Record<ErrorKind, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  throttled: 429,
  unavailable: 503,
  defect: 500,
};

/** Makes the failures of one domain: `const fail = failures<'registry.unknown_artifact' | …>()`. */
export function failures<Code extends string>() {
  return (kind: ErrorKind, code: Code, message: string, more: Pick<AppError, 'errors' | 'retryAfterSeconds' | 'details'> = {}): Err<AppError<Code>> => ({
    ok: false,
    error: { code, kind, message, ...more },
  });
}

export type KernelErrorCode =
  | 'kernel.malformed_json'
  | 'kernel.invalid_input'
  | 'kernel.unauthenticated'
  | 'kernel.forbidden'
  | 'kernel.not_found'
  | 'kernel.too_large'
  | 'kernel.unsupported_media_type'
  | 'kernel.cross_site'
  | 'kernel.conflict'
  | 'kernel.unavailable'
  | 'kernel.overloaded'
  | 'kernel.defect';

export const kernelFailure = failures<KernelErrorCode>();

/** One wording for what a reader may not see and what does not exist: names must not leak. */
export const notFound = (what: string) => kernelFailure('not_found', 'kernel.not_found', `No such ${what}, or you may not see it.`);
