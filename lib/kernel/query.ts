// Queries: read in a READ ONLY transaction, and see only what the reader may see.
import type { z } from 'zod';
import { readTransaction, scratchTransaction, type ReadTx } from '#lib/db/client.ts';
import { failureOf } from './command.ts';
import type { CommandContext, RequestContext } from './context.ts';
import { kernelFailure, type AppError } from './errors.ts';
import { parseInput } from './input.ts';
import { teamsWith, type Permission, type TeamFilter } from './permissions.ts';
import { register, type HttpBinding } from './registry.ts';
import { err, type Result } from './result.ts';

/** What a query knows of who asks. `teams` belongs into the SQL of everything it reads. */
export type Reader = CommandContext & { readonly teams: TeamFilter };

export type QueryDefinition<Input extends z.ZodType, Output> = {
  readonly name: string;
  readonly summary: string;
  readonly input: Input;
  readonly output: z.ZodType<Output>;
  /** What the reader needs; `anyone` for what is public even without signing in. */
  readonly permission: Permission | 'anyone';
  /** Its transaction has scratch tables (`lib/db/scratch.ts`), for walks over the whole graph. */
  readonly scratch?: true;
  readonly run: (tx: ReadTx, input: z.output<Input>, reader: Reader) => Promise<Result<Output, AppError>>;
  readonly http: HttpBinding | null;
};

export type Query<Input, Output> = {
  readonly kind: 'query';
  readonly name: string;
  readonly http: HttpBinding | null;
  readonly execute: (context: RequestContext, input: Input) => Promise<Result<Output, AppError>>;
};

/** Defines a query and registers it. */
export function query<Input extends z.ZodType, Output>(definition: QueryDefinition<Input, Output>): Query<z.input<Input>, Output> {
  async function execute(context: RequestContext, rawInput: z.input<Input>): Promise<Result<Output, AppError>> {
    const { permission } = definition;
    const teams: TeamFilter = permission === 'anyone' ? [] : teamsWith(context.actor, permission);
    if (permission !== 'anyone' && teams !== 'all' && teams.length === 0) {
      if (context.actor.kind === 'anonymous') return kernelFailure('unauthenticated', 'kernel.unauthenticated', 'Sign in, or send a service account token.');
      return kernelFailure('forbidden', 'kernel.forbidden', `You may not see this: none of your roles carries the permission ${permission}.`);
    }
    const parsed = parseInput(definition.input, rawInput);
    if (!parsed.ok) return parsed;
    try {
      return await (definition.scratch ? scratchTransaction : readTransaction)({ actorKind: context.actor.kind, actorId: context.actor.id, requestId: context.requestId }, (tx, now) =>
        definition.run(tx, parsed.value, { ...context, now, teams }),
      );
    } catch (error) {
      return err(failureOf(error, context, definition.name));
    }
  }

  register({ ...definition, kind: 'query', execute });
  return { kind: 'query', name: definition.name, http: definition.http, execute };
}
