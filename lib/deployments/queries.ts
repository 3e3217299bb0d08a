// Reading deployments: what runs where now, what ran on a day, and every answer given to deployers.
import { z } from 'zod';
import { namesOfPeople, namesOfServiceAccounts } from '#lib/identity/index.ts';
import { digest } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { environment, unknownEnvironment } from '#lib/policy/index.ts';
import { deployDecisionPage, deploymentItem, deploymentPage, type DeploymentItem } from './schema.ts';
import * as store from './store.ts';

const item = ({ deployerName, deployedBy, ...row }: store.ListedDeployment): DeploymentItem => ({ ...row, deployedBy: { id: deployedBy, name: deployerName } });

export const listDeployments = query({
  name: 'deployments.listDeployments',
  summary: 'Deployments, newest first; `current=true`: what runs now; `at`: what ran at a moment; `day`: on a day',
  input: z.strictObject({
    ...pageInput,
    q: searchText,
    environment: several(environment),
    model: z.string().max(100).optional(),
    current: yesNo,
    at: z.iso.datetime({ offset: true }).optional(),
    day: z.iso.date().optional().describe('Whatever ran at any time of this day (UTC).'),
    ...timeRange,
    sort: z.enum(['deployedAt', '-deployedAt']).default('-deployedAt'),
  }),
  output: deploymentPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const unknown = await unknownEnvironment(tx, input.environment);
    if (unknown) return unknown;
    const rows = await store.deploymentPage(tx, teams, { environments: input.environment, model: input.model, text: input.q, current: input.current, at: input.at, day: input.day, from: input.from, to: input.to }, request.value);
    return ok(toPage(rows, request.value, (row) => ({ value: row.deployedAt, id: row.id }), item));
  },
  http: { method: 'GET', path: '/api/v1/deployments', tag: 'Deployments', body: 'none' },
});

export const currentDeployments = query({
  name: 'deployments.currentDeployments',
  summary: 'What runs where now',
  input: z.strictObject({}),
  output: z.object({ items: z.array(deploymentItem) }),
  permission: 'read',
  run: async (tx, _input, { teams }) => ok({ items: (await store.currentDeployments(tx, teams)).map(item) }),
  http: { method: 'GET', path: '/api/v1/deployments/current', tag: 'Deployments', body: 'none' },
});

export const listDeployDecisions = query({
  name: 'deployments.listDeployDecisions',
  summary: 'Every answer to ‘may this digest run here?’, newest first',
  input: z.strictObject({ ...pageInput, environment: several(environment), allowed: yesNo, digest: digest.optional(), sort: z.enum(['at', '-at']).default('-at') }),
  output: deployDecisionPage,
  permission: 'read',
  run: async (tx, input, { teams, actor }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const unknown = await unknownEnvironment(tx, input.environment);
    if (unknown) return unknown;
    const rows = await store.decisionPage(tx, teams, actor.id, { environments: input.environment, allowed: input.allowed, digest: input.digest }, request.value);
    const page = toPage(rows, request.value, (row) => ({ value: row.at, id: row.id }), (row) => row);
    const ids = [...new Set(page.items.flatMap(({ actorId }) => (actorId === null ? [] : [actorId])))];
    const names = new Map([...(await namesOfPeople(tx, ids)), ...(await namesOfServiceAccounts(tx, ids))].map(({ id, name }) => [id, name]));
    const models = await store.namesOfDigests(tx, teams, [...new Set(page.items.map((row) => row.digest))]);
    return ok({
      ...page,
      items: page.items.map(({ actorId, actorKind, lastGivenAt, ...row }) => ({ ...row, actorKind, lastGivenAt: lastGivenAt === null ? row.at : new Date(lastGivenAt).toISOString(), actorName: actorId === null ? 'nobody' : (names.get(actorId) ?? 'unknown'), model: models.get(row.digest) ?? null })),
    });
  },
  http: { method: 'GET', path: '/api/v1/decisions', tag: 'Deployments', body: 'none' },
});
