// Reports about endpoints: a deployer's account says whether one is public and what stands before it. Every report is kept; the newest counts.
import { z } from 'zod';
import type { CommandContext } from '#lib/kernel/context.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { comparable, searchText, several, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { unknownEnvironment } from '#lib/policy/index.ts';
import { environmentName } from '#lib/windows/schema.ts';
import { endpointName, endpointReportPage, type EndpointReportItem } from './schema.ts';
import { endpointReportRows, insertEndpointReport, modelIdOfTeam, type ListedEndpointReport } from './store/endpoints.ts';

const endpointsFailure = failures<'deployments.unknown_model'>();
const line = (most: number) => z.string().trim().min(1).max(most).refine((text) => comparable(text) && !/\p{Cc}/u.test(text), 'must be one line of text');

/**
 * Records what is known about an endpoint. A gate believes the newest report of the team that deploys there, for the days
 * that the policy says. Errors: 422 `policy.unknown_environment`, 422 `deployments.unknown_model` where the model is none of the team's.
 */
export const reportEndpoint = command({
  name: 'deployments.reportEndpoint',
  summary: 'Report whether an endpoint is public, and the firewall rule before it',
  input: z.strictObject({
    environment: environmentName,
    endpoint: endpointName,
    public: z.boolean(),
    wafRule: line(300).nullable().default(null).describe('Name or identifier of the firewall rule; null: there is none.'),
    model: line(200).nullable().default(null).describe('The model that it is meant for, so that the gate can look at it before the first deployment.'),
  }),
  output: z.object({ reportId: z.string(), reportedAt: z.string() }),
  permission: 'deployment.record',
  subjectTable: 'endpoint_report',
  resource: async (_tx: unknown, _input: unknown, { actor }: CommandContext) => ok({ teamId: actor.kind === 'service' ? actor.teamId : null }),
  scope: ({ teamId }) => (teamId === null ? { kind: 'organisation' } : { kind: 'team', teamId }),
  run: async (tx, input, { teamId }, { actor, now }) => {
    if (teamId === null || actor.kind !== 'service') return notFound('team');
    const unknown = await unknownEnvironment(tx, [input.environment]);
    if (unknown) return unknown;
    const modelId = input.model === null ? null : await modelIdOfTeam(tx, teamId, input.model);
    if (input.model !== null && modelId === null) return endpointsFailure('invalid', 'deployments.unknown_model', `The team has no model ${input.model}.`, { errors: [{ path: 'model', message: 'is none of the team’s' }] });
    const row = { id: newId(), teamId, environment: input.environment, endpoint: input.endpoint, modelId, isPublic: input.public, wafRule: input.wafRule, reportedBy: actor.id };
    await insertEndpointReport(tx, row);
    announce('deployments', teamId);
    const { environment, endpoint, isPublic, wafRule } = row;
    return ok(audited({ reportId: row.id, reportedAt: now }, { subjectTable: 'endpoint_report', subjectId: row.id, teamId, after: { environment, endpoint, modelId, public: isPublic, wafRule } }));
  },
  http: { method: 'POST', path: '/api/v1/endpoint-reports', tag: 'Deployments', body: 'json', status: 201 },
});

const item = ({ report, teamName, modelName, reporterName, newest }: ListedEndpointReport): EndpointReportItem => ({
  id: report.id, teamId: report.teamId, teamName, environment: report.environment, endpoint: report.endpoint, model: modelName, public: report.isPublic, wafRule: report.wafRule, reportedBy: { id: report.reportedBy, name: reporterName }, reportedAt: report.reportedAt, newest,
});

export const listEndpointReports = query({
  name: 'deployments.listEndpointReports',
  summary: 'Reports about endpoints, newest first; `newest=true`: those that count',
  input: z.strictObject({ ...pageInput, q: searchText, environment: several(environmentName), newest: yesNo, sort: z.enum(['reportedAt', '-reportedAt']).default('-reportedAt') }),
  output: endpointReportPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const rows = await endpointReportRows(tx, teams, { text: input.q, environments: input.environment, newest: input.newest }, request.value);
    return ok(toPage(rows, request.value, ({ report }) => ({ value: report.reportedAt, id: report.id }), item));
  },
  http: { method: 'GET', path: '/api/v1/endpoint-reports', tag: 'Deployments', body: 'none' },
});
