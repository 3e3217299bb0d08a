// Commands that come in hundreds a second: calls of one actor that wait at the same moment share a transaction, as the log writes of a
// database do (group commit: DeWitt et al., Implementation Techniques for Main Memory Database Systems, SIGMOD 1984, section 5.2).
// Each call has its own answer and its own audit event, and is answered only when the transaction has been committed.
import type { z } from 'zod';
import { writeTransaction, type WriteTx } from '#lib/db/client.ts';
import { worthRetrying } from '#lib/db/errors.ts';
import { writeAuditRows, type Audited, type AuditRow } from './audit-event.ts';
import { deny, failureOf, type Command, type Recorded, type Refusal } from './command.ts';
import type { CommandContext, RequestContext } from './context.ts';
import type { AppError } from './errors.ts';
import { parseInput } from './input.ts';
import { may, type Permission, type Scope } from './permissions.ts';
import { register, type HttpBinding } from './registry.ts';
import { err, ok, type Result } from './result.ts';

export type Call<Item> = { readonly item: Item; readonly context: CommandContext };

export type SharedCommandDefinition<Input extends z.ZodType, Item, Output> = {
  /** `domain.verbNoun`. */
  readonly name: string;
  readonly summary: string;
  readonly input: Input;
  readonly output: z.ZodType<Output>;
  readonly permission: Permission;
  /** What the audit log names when the attempt is denied. */
  readonly subjectTable: string;
  /** Where it belongs: from the actor, who is the same for all calls of a transaction; never from the input. */
  readonly scope: (context: RequestContext) => Scope;
  /** Reads what was sent. What cannot be read never comes near the database. */
  readonly read: (input: z.output<Input>) => Result<Item, AppError>;
  /** How much of a transaction's room an item takes, in bytes. */
  readonly size: (item: Item) => number;
  /** The change, for all calls at once: one result for each, in order. Of a call with an error nothing may have been written. */
  readonly run: (tx: WriteTx, calls: readonly Call<Item>[]) => Promise<readonly Result<Audited<Output>, Refusal | AppError>[]>;
  readonly http: HttpBinding | null;
};

/** The bounds of one transaction: a single larger call has one of its own. */
const mostCalls = 100;
const mostBytes = 4 * 1024 * 1024;
const maximumTries = 3;
/** A transaction that takes longer keeps its callers waiting beyond their patience, which is four seconds where events are reported. */
const longestMilliseconds = 1000;

/** How many calls the next transaction holds: as many as fit the time at the pace of the last one; after a quick one twice as many, up to the bound. */
export function callsAfter(most: number, calls: number, milliseconds: number): number {
  if (milliseconds > longestMilliseconds) return Math.max(1, Math.min(most, Math.floor((calls * longestMilliseconds) / milliseconds)));
  // A transaction that was not full says nothing of what a full one would take.
  return calls < most ? most : Math.min(mostCalls, most * 2);
}

type Waiting<Item, Output> = { readonly item: Item; readonly context: RequestContext; readonly answer: (result: Result<Recorded<Output>, AppError>) => void };
type Lane<Item, Output> = { waiting: Waiting<Item, Output>[]; running: boolean };

/** Takes from the front what one transaction holds. */
function takeGroup<Item, Output>(lane: Lane<Item, Output>, size: (item: Item) => number, most: number): Waiting<Item, Output>[] {
  let bytes = 0;
  let count = 0;
  for (const { item } of lane.waiting) {
    bytes += size(item);
    if (count > 0 && (count >= most || bytes > mostBytes)) break;
    count += 1;
  }
  return lane.waiting.splice(0, count);
}

/** Defines such a command and registers it. */
export function sharedCommand<Input extends z.ZodType, Item, Output>(definition: SharedCommandDefinition<Input, Item, Output>): Command<z.input<Input>, Output> {
  const { name } = definition;
  const lanes = new Map<string, Lane<Item, Output>>();
  let most = mostCalls;

  /** One transaction for the whole group; the results in order. */
  async function attempt(first: RequestContext, group: readonly Waiting<Item, Output>[]): Promise<Result<Recorded<Output>, AppError>[]> {
    return writeTransaction({ actorKind: first.actor.kind, actorId: first.actor.id, requestId: first.requestId }, async (tx, now) => {
      const results = await definition.run(tx, group.map(({ item, context }) => ({ item, context: { ...context, now } })));
      const rows: AuditRow[] = [];
      const outcomes = group.map(({ context }, n) => {
        const result = results[n];
        if (!result) throw new Error(`${name} left a call without a result`);
        const from = rows.length;
        if (result.ok) rows.push(...result.value.entries.map((entry) => ({ context, action: name, outcome: 'done' as const, entry })));
        else if ('refused' in result.error) rows.push({ context, action: name, outcome: 'refused', entry: result.error.refused });
        return { result, from, to: rows.length };
      });
      const numbers = rows.length === 0 ? [] : await writeAuditRows(tx, now, rows);
      const value = outcomes.map(({ result, from, to }): Result<Recorded<Output>, AppError> => {
        if (result.ok) return ok({ value: result.value.value, auditNumbers: numbers.slice(from, to) });
        if (!('refused' in result.error)) return err(result.error);
        const { refused: _, ...error } = result.error;
        return err(error);
      });
      return { commit: rows.length > 0, value };
    });
  }

  /** Answers every call of a group. What fails for a group is tried again call by call, so that one cannot take others down with it. */
  async function serve(group: readonly Waiting<Item, Output>[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    for (let tries = 1; ; tries += 1) {
      try {
        const results = await attempt(first.context, group);
        for (const [n, result] of results.entries()) group[n]?.answer(result);
        return;
      } catch (error) {
        if (worthRetrying(error) && tries < maximumTries) continue;
        if (group.length === 1) first.answer(err(failureOf(error, first.context, name)));
        else for (const one of group) await serve([one]);
        return;
      }
    }
  }

  async function drain(key: string, lane: Lane<Item, Output>): Promise<void> {
    lane.running = true;
    while (lane.waiting.length > 0) {
      const group = takeGroup(lane, definition.size, most);
      const began = performance.now();
      await serve(group);
      most = callsAfter(most, group.length, performance.now() - began);
    }
    lanes.delete(key);
  }

  function enqueue(context: RequestContext, item: Item): Promise<Result<Recorded<Output>, AppError>> {
    return new Promise((resolve) => {
      const key = `${context.actor.kind} ${context.actor.id ?? ''}`;
      const lane = lanes.get(key) ?? { waiting: [], running: false };
      lanes.set(key, lane);
      lane.waiting.push({ item, context, answer: resolve });
      if (!lane.running) void drain(key, lane);
    });
  }

  async function execute(context: RequestContext, rawInput: z.input<Input>): Promise<Result<Recorded<Output>, AppError>> {
    const parsed = parseInput(definition.input, rawInput);
    if (!parsed.ok) return parsed;
    const scope = definition.scope(context);
    if (!may(context.actor, definition.permission, scope)) return deny(context, scope, definition, null).catch((error: unknown) => err(failureOf(error, context, name)));
    const item = definition.read(parsed.value);
    return item.ok ? enqueue(context, item.value) : item;
  }

  register({ ...definition, kind: 'command', execute });
  return { kind: 'command', name, http: definition.http, execute };
}
