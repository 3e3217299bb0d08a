// Reading the inventory: sources, one source, who read what, and validation results of a version.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { csvOf, exported, exportFormat, exportLimit, type ExportFormat } from '#lib/kernel/export.ts';
import { id } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage, type Page } from '#lib/kernel/page.ts';
import { may, type TeamFilter } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { visibleVersion } from '#lib/lineage/index.ts';
import { accessPage, classification, dataUse, soonDays, sourceDetail, sourcePage, sourceState, validationList, type AccessItem, type SourceItem } from './schema.ts';
import * as lists from './store/lists.ts';
import type { ListedSource } from './store/lists.ts';
import { historyOf, namesOfPeople, sourceById, wroteSinceApproval } from './store/sources.ts';
import { validationViews } from './validations.ts';

const soon = ({ state, expiresAt }: Pick<ListedSource, 'state' | 'expiresAt'>, now: string): boolean => state === 'approved' && expiresAt !== null && Date.parse(expiresAt) - Date.parse(now) <= soonDays * 86_400_000;
const itemOf = ({ ownerId, ownerName, expiryKey: _, ...row }: ListedSource, now: string): SourceItem => ({ ...row, owner: ownerId === null ? null : { id: ownerId, name: ownerName ?? '' }, expiresSoon: soon(row, now) });

export const listSources = query({
  name: 'inventory.listSources',
  summary: 'Data sources with classification, owner, approval and its end',
  input: z.strictObject({
    ...pageInput, q: searchText, classification: several(classification), state: several(sourceState), team: several(id), soon: yesNo.describe(`Approvals that end in the next ${soonDays} days.`),
    sort: z.enum(['name', '-name', 'expiresAt', '-expiresAt']).default('name').describe('expiresAt: the approval that ends first, first.'), format: exportFormat,
  }),
  output: sourcePage,
  permission: 'read',
  run: async (tx, input, { teams, now }) => {
    const request = pageRequest({ ...input, limit: input.format === 'page' ? input.limit : exportLimit }, input.sort);
    if (!request.ok) return request;
    const rows = await lists.sourcePage(tx, teams, { classifications: input.classification, states: input.state, teamIds: input.team, text: input.q, soonDays: input.soon === true ? soonDays : undefined }, request.value);
    return ok({ ...toPage(rows, request.value, (row) => ({ value: input.sort.endsWith('name') ? row.name.toLowerCase() : row.expiryKey, id: row.id }), (row) => itemOf(row, now)), format: input.format });
  },
  http: {
    method: 'GET', path: '/api/v1/data-sources', tag: 'Data', body: 'none',
    present: (page: Page<SourceItem> & { format: ExportFormat }) => exported(page, 'data-sources', () => csvOf(page.items.map(({ owner, names, uses, ...row }) => ({ ...row, owner: owner?.name ?? '', uses: uses.join(' '), names: names.map(({ namespace, name, prefix }) => `${namespace}/${name}${prefix ? '*' : ''}`).join(' ') })), ['id', 'name', 'teamName', 'owner', 'classification', 'uses', 'state', 'expiresAt', 'approvedAt', 'names', 'openFindings'])),
  },
});

export const getSource = query({
  name: 'inventory.getSource',
  summary: 'One data source: what is approved by whom until when, its versions, who uses it, its history',
  input: z.strictObject({ sourceId: id }),
  output: sourceDetail,
  permission: 'read',
  run: async (tx, input, { teams, now, actor }) => {
    const [listed] = await lists.sourcePage(tx, teams, { id: input.sourceId }, { sort: 'name', cursor: null, towards: 'older', limit: 1 });
    const row = listed ? await sourceById(tx, listed.id) : null;
    if (!listed || !row) return notFound('data source');
    const people = await namesOfPeople(tx, [row.proposedBy, row.approvedBy, row.withdrawnBy].filter((each): each is string => each !== null));
    const person = (personId: string) => ({ id: personId, name: people.get(personId) ?? '' });
    const history = await historyOf(tx, row.id);
    const scope = { kind: 'team', teamId: row.teamId } as const;
    return ok({
      ...itemOf(listed, now), ...(await lists.contentsOf(tx, row.id)),
      description: row.description, licence: row.licence, retentionDays: row.retentionDays, ingestion: row.ingestion, contentDigest: row.contentDigest,
      proposedBy: person(row.proposedBy), proposedAt: row.proposedAt, approvedBy: row.approvedBy === null ? null : person(row.approvedBy),
      withdrawn: row.withdrawnBy === null || row.withdrawnAt === null ? null : { by: person(row.withdrawnBy), at: row.withdrawnAt, reason: row.withdrawnReason ?? '' },
      history: history.map(({ personId, personName, ...each }) => ({ ...each, by: { id: personId, name: personName } })),
      consumers: await lists.consumersOf(tx, teams, row.id),
      may: {
        propose: may(actor, 'source.propose', scope), approve: may(actor, 'source.approve', scope), withdraw: may(actor, 'source.withdraw', scope),
        ownWords: actor.kind === 'person' && (row.proposedBy === actor.id || (await wroteSinceApproval(tx, row.id, actor.id))),
      },
    });
  },
  http: { method: 'GET', path: '/api/v1/data-sources/{sourceId}', tag: 'Data', body: 'none' },
});

export const listSourceOwners = query({
  name: 'inventory.listSourceOwners',
  summary: 'People who may answer for a source of a team',
  input: z.strictObject({ teamId: id }),
  output: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }),
  permission: 'source.propose',
  run: async (tx, { teamId }, { teams }) => (teams === 'all' || teams.includes(teamId) ? ok({ items: await lists.membersOf(tx, teamId) }) : notFound('team')),
  http: { method: 'GET', path: '/api/v1/data-sources/owners', tag: 'Data', body: 'none' },
});

export const listDataAccess = query({
  name: 'inventory.listDataAccess',
  summary: 'Which identity read which version of a source, when, by which run; as the events say',
  input: z.strictObject({
    ...pageInput, ...timeRange, sourceId: id.optional(), account: id.optional().describe('Id of a service account.'), person: id.optional().describe('Id of the person who answered for the account.'), runId: id.optional(), assetVersionId: id.optional(),
    classification: several(classification).describe('As it was when the read was recorded.'), use: several(dataUse), team: several(id), ingestion: yesNo, sort: z.enum(['at', '-at']).default('-at'), format: exportFormat,
  }),
  output: accessPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const request = pageRequest({ ...input, limit: input.format === 'page' ? input.limit : exportLimit }, input.sort);
    if (!request.ok) return request;
    const rows = await lists.accessRows(tx, teams, {
      sourceId: input.sourceId, accountId: input.account, personId: input.person, runId: input.runId, versionId: input.assetVersionId, classifications: input.classification, uses: input.use, teamIds: input.team, ingestion: input.ingestion, from: input.from, to: input.to,
    }, request.value);
    return ok({ ...toPage(rows, request.value, (row) => ({ value: row.at, id: row.id }), (row) => row), format: input.format });
  },
  http: {
    method: 'GET', path: '/api/v1/data-access', tag: 'Data', body: 'none',
    present: (page: Page<AccessItem> & { format: ExportFormat }) => exported(page, 'data-access', () => csvOf(page.items.map(({ serviceAccount, responsible, ...row }) => ({ ...row, serviceAccount: serviceAccount.name, responsible: responsible.name })), ['at', 'sourceName', 'classification', 'assetName', 'digest', 'serviceAccount', 'responsible', 'triggeredBy', 'userName', 'use', 'ingestion', 'teamName', 'job', 'runId', 'versionId', 'sourceId'])),
  },
});

/** Validation results about a version, and the sources that it belongs to; for its page. */
export async function validationsOfVersion(tx: ReadTx, teams: TeamFilter, versionId: string, digest: string | null) {
  return { items: await validationViews(tx, teams, versionId, digest), sources: await lists.sourcesOfVersion(tx, teams, versionId) };
}

export const listValidations = query({
  name: 'inventory.listValidations',
  summary: 'What validations say of a version: Great Expectations, OpenLineage assertions, verified test results; and its sources',
  input: z.strictObject({ id }),
  output: validationList,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const version = await visibleVersion(tx, teams, input.id);
    return version ? ok(await validationsOfVersion(tx, teams, version.id, version.digest)) : notFound('asset version');
  },
  http: { method: 'GET', path: '/api/v1/asset-versions/{id}/validations', tag: 'Data', body: 'none' },
});
