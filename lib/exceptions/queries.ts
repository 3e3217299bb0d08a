// Reading exceptions.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { several } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { environment, unknownEnvironment } from '#lib/policy/index.ts';
import { exceptionPage, exceptionState, type ExceptionView } from './schema.ts';
import { exceptionRows, listedByIds, type ListedException } from './store.ts';

function view({ exception, modelName, version, teamName, proposerName, confirmerName, enderName }: ListedException, now: string): ExceptionView {
  const { id, teamId, modelVersionId, ruleId, reason, expiresAt, proposedBy, proposedAt, confirmedBy, confirmedAt, endedBy, endedAt } = exception;
  return {
    id, teamId, teamName, modelVersionId, modelName, version, environment: exception.environment, ruleId, reason, expiresAt, proposedAt, confirmedAt, endedAt,
    state: exception.state === 'active' && Date.parse(expiresAt) <= Date.parse(now) ? 'expired' : exception.state,
    proposedBy: { id: proposedBy, name: proposerName },
    confirmedBy: confirmedBy === null ? null : { id: confirmedBy, name: confirmerName ?? '' },
    endedBy: endedBy === null ? null : { id: endedBy, name: enderName ?? '' },
  };
}

/** Exceptions by id, whoever may see them: for what names them in something that the reader sees already. */
export const exceptionsById = async (tx: ReadTx, ids: readonly string[], now: string): Promise<ExceptionView[]> => (await listedByIds(tx, ids)).map((row) => view(row, now));

export const listExceptions = query({
  name: 'exceptions.listExceptions',
  summary: 'Exceptions from rules, newest first, with the people who gave them',
  input: z.strictObject({
    ...pageInput,
    state: several(exceptionState),
    environment: several(environment),
    modelVersionId: z.guid().optional(),
    ruleId: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/).optional(),
    sort: z.enum(['proposedAt', '-proposedAt']).default('-proposedAt'),
  }),
  output: exceptionPage,
  permission: 'read',
  run: async (tx, input, { teams, now }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const unknown = await unknownEnvironment(tx, input.environment);
    if (unknown) return unknown;
    const rows = await exceptionRows(tx, teams, { states: input.state, environments: input.environment, modelVersionId: input.modelVersionId, ruleId: input.ruleId }, request.value);
    return ok(toPage(rows, request.value, ({ exception }) => ({ value: exception.proposedAt, id: exception.id }), (row) => view(row, now)));
  },
  http: { method: 'GET', path: '/api/v1/policy-exceptions', tag: 'Policies', body: 'none' },
});
