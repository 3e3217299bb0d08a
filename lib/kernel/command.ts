// Commands: the only way to change anything. Validate, load, authorise, run, audit: in one transaction, nothing optional.
import type { z } from 'zod';
import { databaseUnavailable, worthRetrying } from '#lib/db/errors.ts';
import { writeTransaction, type ReadTx, type WriteTx } from '#lib/db/client.ts';
import { writeAuditEvents, type Audited, type AuditEntry } from './audit-event.ts';
import type { CommandContext, RequestContext } from './context.ts';
import { kernelFailure, notFound, type AppError } from './errors.ts';
import { parseInput } from './input.ts';
import { logDefect } from './log.ts';
import { may, teamsWith, type Permission, type Scope } from './permissions.ts';
import { register, type HttpBinding } from './registry.ts';
import { err, ok, type Err, type Result } from './result.ts';

export type CommandDefinition<Input extends z.ZodType, Resource, Output> = {
  /** `domain.verbNoun`. */
  readonly name: string;
  readonly summary: string;
  readonly input: Input;
  readonly output: z.ZodType<Output>;
  readonly permission: Permission;
  /** What the audit log names when the attempt is denied. */
  readonly subjectTable: string;
  /** Loads what the command is about, by id and inside the transaction (`FOR UPDATE` for decisions). */
  readonly resource: (tx: ReadTx, input: z.output<Input>, context: CommandContext) => Promise<Result<Resource, AppError>>;
  /** Where it belongs: from the loaded row or from the actor, never from the input. */
  readonly scope: (resource: Resource, context: CommandContext) => Scope;
  /** The change itself, with the events that account for it. An error rolls everything back. */
  readonly run: (tx: WriteTx, input: z.output<Input>, resource: Resource, context: CommandContext) => Promise<Result<Audited<Output>, Refusal | AppError>>;
  readonly http: HttpBinding | null;
};

/** An error that is itself worth an audit event: a refused attempt, written in a transaction of its own. */
export type Refusal = AppError & { readonly refused: AuditEntry };
export const refusal = (error: AppError, refused: AuditEntry) => err({ ...error, refused });

/** A command's success: its value, and the audit numbers under which it is recorded. */
export type Recorded<Output> = { readonly value: Output; readonly auditNumbers: readonly number[] };

export type Command<Input, Output> = {
  readonly kind: 'command';
  readonly name: string;
  readonly http: HttpBinding | null;
  readonly execute: (context: RequestContext, input: Input) => Promise<Result<Recorded<Output>, AppError>>;
};

type Attempt<Output> =
  | { readonly outcome: 'done'; readonly recorded: Recorded<Output> }
  | { readonly outcome: 'denied'; readonly scope: Scope; readonly subjectId: string | null }
  | { readonly outcome: 'refused'; readonly error: AppError; readonly entry: AuditEntry }
  | { readonly outcome: 'failed'; readonly error: AppError };

const teamOf = (scope: Scope): string | null => (scope.kind === 'team' ? scope.teamId : null);

/** A denied attempt looks like 'not found' to those who may not even read the thing. */
function denial(context: RequestContext, scope: Scope, what: string): AppError {
  const readable = teamsWith(context.actor, 'read');
  const mayRead = scope.kind !== 'team' || readable === 'all' || readable.includes(scope.teamId);
  if (context.actor.kind === 'anonymous') return kernelFailure('unauthenticated', 'kernel.unauthenticated', 'Sign in, or send a service account token.').error;
  return mayRead ? kernelFailure('forbidden', 'kernel.forbidden', `You may not do this: it takes the permission for ${what}, which none of your roles here carries.`).error : notFound(what).error;
}

const actorOf = (context: RequestContext) => ({ actorKind: context.actor.kind, actorId: context.actor.id, requestId: context.requestId });

/** Records a denied attempt, and says what the caller may know of it. */
export async function deny(context: RequestContext, scope: Scope, { name, permission, subjectTable }: { readonly name: string; readonly permission: Permission; readonly subjectTable: string }, subjectId: string | null): Promise<Err<AppError>> {
  const entry = { subjectTable, subjectId, teamId: teamOf(scope), reason: `needs ${permission}` };
  await writeTransaction(actorOf(context), async (tx, now) => ({ commit: true, value: await writeAuditEvents(tx, context, now, name, 'denied', [entry]) }));
  return err(denial(context, scope, permission));
}

const maximumTries = 3;

/** Defines a command and registers it. */
export function command<Input extends z.ZodType, Resource, Output>(definition: CommandDefinition<Input, Resource, Output>): Command<z.input<Input>, Output> {
  async function attempt(context: RequestContext, input: z.output<Input>): Promise<Attempt<Output>> {
    return writeTransaction<Attempt<Output>>(actorOf(context), async (tx, now) => {
      const commandContext: CommandContext = { ...context, now };
      const resource = await definition.resource(tx, input, commandContext);
      if (!resource.ok) return { commit: false, value: { outcome: 'failed', error: resource.error } };
      const scope = definition.scope(resource.value, commandContext);
      if (!may(context.actor, definition.permission, scope)) {
        return { commit: false, value: { outcome: 'denied', scope, subjectId: idOf(resource.value) } };
      }
      const result = await definition.run(tx, input, resource.value, commandContext);
      if (!result.ok) {
        if ('refused' in result.error) {
          const { refused, ...error } = result.error;
          return { commit: false, value: { outcome: 'refused', error, entry: refused } };
        }
        return { commit: false, value: { outcome: 'failed', error: result.error } };
      }
      const auditNumbers = await writeAuditEvents(tx, context, now, definition.name, 'done', result.value.entries);
      return { commit: true, value: { outcome: 'done', recorded: { value: result.value.value, auditNumbers } } };
    });
  }

  async function execute(context: RequestContext, rawInput: z.input<Input>): Promise<Result<Recorded<Output>, AppError>> {
    const parsed = parseInput(definition.input, rawInput);
    if (!parsed.ok) return parsed;
    for (let tries = 1; ; tries += 1) {
      try {
        const result = await attempt(context, parsed.value);
        switch (result.outcome) {
          case 'done':
            return ok(result.recorded);
          case 'failed':
            return err(result.error);
          case 'denied':
            return await deny(context, result.scope, definition, result.subjectId);
          case 'refused':
            await writeTransaction(actorOf(context), async (tx, now) => ({ commit: true, value: await writeAuditEvents(tx, context, now, definition.name, 'refused', [result.entry]) }));
            return err(result.error);
        }
      } catch (error) {
        if (worthRetrying(error) && tries < maximumTries) continue;
        return err(failureOf(error, context, definition.name));
      }
    }
  }

  register({ ...definition, kind: 'command', execute });
  return { kind: 'command', name: definition.name, http: definition.http, execute };
}

function idOf(resource: unknown): string | null {
  const id = typeof resource === 'object' && resource !== null && 'id' in resource ? resource.id : null;
  return typeof id === 'string' ? id : null;
}

/** What a caller is told of an exception: that the database is away, or that there is a defect; never its text. */
export function failureOf(error: unknown, context: RequestContext, operation: string): AppError {
  if (databaseUnavailable(error)) return kernelFailure('unavailable', 'kernel.unavailable', 'The database cannot be reached. Nothing was changed; try again.', { retryAfterSeconds: 5 }).error;
  if (worthRetrying(error)) return kernelFailure('unavailable', 'kernel.unavailable', 'Too many changes of the same thing at once. Nothing was changed; try again.', { retryAfterSeconds: 1 }).error;
  logDefect(error, { requestId: context.requestId, operation });
  return kernelFailure('defect', 'kernel.defect', `Something is wrong in Gatehouse itself. Quote request ${context.requestId} to whoever operates it.`).error;
}
