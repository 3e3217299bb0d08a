// Every command and query there is. Authorisation tests and the OpenAPI document are made from this list.
import type { z } from 'zod';
import type { RequestContext } from './context.ts';
import type { AppError } from './errors.ts';
import type { Permission } from './permissions.ts';
import type { Result } from './result.ts';

/** Where an operation is reached over HTTP. `route.ts` serves it; the OpenAPI document describes it. */
export type HttpBinding = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With parameters in braces: `/api/v1/models/{name}/versions`. */
  readonly path: string;
  readonly tag: string;
  /** `json`: an object, merged with path and query parameters. `bytes`: kept exactly as received, in the input's `bytes`. */
  readonly body: 'none' | 'json' | 'bytes';
  /** The setting that bounds the body. */
  readonly limit?: 'MAX_EVENT_BYTES' | 'MAX_BATCH_BYTES' | 'MAX_EVIDENCE_BYTES';
  /** Bounded in number, so that overload is answered at once (lib/kernel/admission.ts); `prompt`: and within the time that clients wait. */
  readonly admission?: 'bounded' | 'prompt';
  /** Status of success, where it is not 200. */
  readonly status?: number | ((output: never) => number);
  /** What is sent, where it is not the output itself; null sends an empty body. */
  readonly present?: (output: never) => unknown;
};

export type Operation = {
  readonly kind: 'command' | 'query';
  readonly name: string;
  readonly summary: string;
  readonly permission: Permission | 'anyone';
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly http: HttpBinding | null;
  /** Input is checked by the operation itself, so anything may be handed in. */
  readonly execute: (context: RequestContext, input: never) => Promise<Result<unknown, AppError>>;
};

const operations = new Map<string, Operation>();

/** Adds an operation; two under one name are a defect (a module that is loaded again replaces its own). */
export function register(operation: Operation): void {
  const known = operations.get(operation.name);
  if (known && known.summary !== operation.summary) throw new Error(`two operations are named ${operation.name}`);
  operations.set(operation.name, operation);
}

/** All operations of the modules loaded so far, by name. `lib/operations.ts` loads every domain. */
export const registeredOperations = (): readonly Operation[] => [...operations.values()].sort((a, b) => a.name.localeCompare(b.name));
