// What people do about data sources: propose, change, approve as a second person, withdraw.
import { z } from 'zod';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { id, newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { stateAt } from './domain.ts';
import { longestApprovalDays, sourceContent, sourceOutcome, type DataUse, type IngestionJob, type SourceName } from './schema.ts';
import * as store from './store/sources.ts';
import type { SourceRow } from './store/sources.ts';

const fail = failures<'inventory.name_taken' | 'inventory.dataset_taken' | 'inventory.too_many' | 'inventory.unknown_owner' | 'inventory.not_proposed' | 'inventory.withdrawn' | 'inventory.too_long' | 'inventory.other_content' | 'inventory.needs_second_person'>();
type Failure = ReturnType<typeof fail>['error'];

const subjectTable = 'data_source';
const mostSources = 2_000;
const day = 86_400_000;
/** After the longest time that a report may take to commit, what it brought is looked for once more. */
const lookAgainMilliseconds = 90_000;

const content = z.object(sourceContent);
type Content = z.output<typeof content>;

/** What an approval holds for. */
const held = ({ classification, uses, names, ingestion }: Pick<Content, 'classification' | 'uses' | 'names' | 'ingestion'>) => {
  const byText = <Item>(items: readonly Item[]): Item[] => [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    classification,
    uses: byText<DataUse>(uses),
    names: byText<SourceName>(names.map(({ namespace, name, prefix }) => ({ namespace, name, prefix }))),
    ingestion: byText<IngestionJob>(ingestion.map(({ namespace, name }) => ({ namespace, name }))),
  };
};

async function tell(tx: WriteTx, sourceId: string, teamId: string): Promise<void> {
  await publish(tx, 'inventory.source_changed', { sourceId });
  await publish(tx, 'inventory.source_changed', { sourceId }, new Date(Date.now() + lookAgainMilliseconds));
  announce('sources', teamId);
}

async function refused(tx: ReadTx, teamId: string, exceptId: string | null, input: Content): Promise<Result<null, Failure>> {
  const named = await store.sourceNamed(tx, teamId, input.name);
  if (named && named.id !== exceptId) return err(fail('conflict', 'inventory.name_taken', `The team has a source named ${input.name} already.`, { errors: [{ path: 'name', message: 'is the name of another source' }] }).error);
  const claimed = await store.claimant(tx, teamId, exceptId, input.names);
  if (claimed) return err(fail('conflict', 'inventory.dataset_taken', `${claimed.namespace} / ${claimed.name} belongs to the source “${claimed.sourceName}”. Take it out there first, or name it more exactly here.`, { errors: [{ path: 'names', message: `${claimed.name} belongs to “${claimed.sourceName}”` }] }).error);
  if (input.ownerPersonId !== null && !(await store.isOfTeam(tx, input.ownerPersonId, teamId))) return err(fail('invalid', 'inventory.unknown_owner', 'The owner must be an active person with a role in the team.', { errors: [{ path: 'ownerPersonId', message: 'is nobody of the team' }] }).error);
  return ok(null);
}

const plain = ({ name, description, ownerPersonId, licence, retentionDays }: Content) => ({ name, description, ownerPersonId, licence, retentionDays });
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/**
 * Proposes a source. Nothing is approved by it. A team that has one keeps an inventory: from then on, data that it reads
 * and that belongs to no source is a finding.
 *
 * Errors: 409 `inventory.name_taken`, `inventory.dataset_taken`, `inventory.too_many`; 422 `inventory.unknown_owner`.
 */
export const proposeSource = command({
  name: 'inventory.proposeSource',
  summary: 'Propose a data source: what belongs to it, how it is classified, what it may be used for, who brings it in',
  input: content.extend({ teamId: id }),
  output: sourceOutcome,
  permission: 'source.propose',
  subjectTable: 'team',
  resource: async (tx, input) => {
    const team = await store.teamById(tx, input.teamId);
    return team ? ok(team) : notFound('team');
  },
  scope: (team) => ({ kind: 'team', teamId: team.id }),
  run: async (tx, input, team, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('team');
    await store.lockTeamSources(tx, team.id);
    if ((await store.countOfTeam(tx, team.id)) >= mostSources) return fail('conflict', 'inventory.too_many', `A team has at most ${mostSources} sources. Take several names together in one.`);
    const allowed = await refused(tx, team.id, null, input);
    if (!allowed.ok) return allowed;
    const holds = held(input);
    const row = { id: newId(), teamId: team.id, ...plain(input), ...holds, state: 'proposed' as const, contentDigest: digestOf(asJson(holds)), proposedBy: actor.id, proposedAt: now };
    await store.insertSource(tx, row);
    await store.insertRevision(tx, { id: newId(), sourceId: row.id, contentDigest: row.contentDigest, content: holds, authorId: actor.id });
    await tell(tx, row.id, team.id);
    return ok(audited({ sourceId: row.id, state: 'proposed' as const, expiresAt: null, lapsed: false }, { subjectTable, subjectId: row.id, teamId: team.id, after: { state: 'proposed', contentDigest: row.contentDigest, ...asJson(holds) as Record<string, Json>, ownerPersonId: row.ownerPersonId } }));
  },
  http: { method: 'POST', path: '/api/v1/data-sources', tag: 'Data', body: 'json', status: 201 },
});

const locked = async (tx: ReadTx, sourceId: string) => {
  const row = await store.sourceForUpdate(tx, sourceId);
  return row ? ok(row) : notFound('data source');
};
const teamOf = ({ teamId }: SourceRow) => ({ kind: 'team' as const, teamId });

/**
 * Writes a source anew. A change of classification, uses, names or ingestion jobs ends an approval; so does bringing a
 * withdrawn source back. Name, description, owner, licence and retention may change under an approval.
 *
 * Errors: as for proposing.
 */
export const changeSource = command({
  name: 'inventory.changeSource',
  summary: 'Change a data source; what changes what was approved ends the approval',
  input: content.extend({ sourceId: id }),
  output: sourceOutcome,
  permission: 'source.propose',
  subjectTable,
  resource: (tx, input) => locked(tx, input.sourceId),
  scope: teamOf,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('data source');
    await store.lockTeamSources(tx, row.teamId);
    const allowed = await refused(tx, row.teamId, row.id, input);
    if (!allowed.ok) return allowed;
    const holds = held(input);
    const contentDigest = digestOf(asJson(holds));
    const anew = contentDigest !== row.contentDigest || row.state === 'withdrawn';
    const lapsed = anew && stateAt(row.state, row.expiresAt, now) === 'approved';
    await store.updateSource(tx, row.id, {
      ...plain(input),
      ...(anew ? { ...holds, contentDigest, state: 'proposed', proposedBy: actor.id, proposedAt: now, approvedBy: null, approvedAt: null, expiresAt: null, withdrawnBy: null, withdrawnAt: null, withdrawnReason: null } : {}),
    });
    if (anew) await store.insertRevision(tx, { id: newId(), sourceId: row.id, contentDigest, content: holds, authorId: actor.id });
    await tell(tx, row.id, row.teamId);
    const state = anew ? ('proposed' as const) : stateAt(row.state, row.expiresAt, now);
    const before = held(row);
    return ok(audited({ sourceId: row.id, state, expiresAt: anew ? null : row.expiresAt, lapsed }, {
      subjectTable, subjectId: row.id, teamId: row.teamId, reason: lapsed ? 'the approval ended: what it held for changed' : null,
      before: { state: row.state, contentDigest: row.contentDigest, ...asJson(before) as Record<string, Json>, ownerPersonId: row.ownerPersonId, retentionDays: row.retentionDays },
      after: { state: anew ? 'proposed' : row.state, contentDigest, ...asJson(holds) as Record<string, Json>, ownerPersonId: input.ownerPersonId, retentionDays: input.retentionDays },
    }));
  },
  http: { method: 'PUT', path: '/api/v1/data-sources/{sourceId}', tag: 'Data', body: 'json' },
});

const reason = z.string().trim().min(3, 'say why, in at least three characters').max(2_000).refine(comparable, 'holds characters that are not text');

/**
 * Approves a proposed source until a moment, or one that is approved for longer, as a second person of security: neither
 * who proposed it nor anybody who wrote part of it since the last approval. `contentDigest` names what is approved.
 *
 * Errors: 409 `inventory.needs_second_person`, `inventory.withdrawn`, `inventory.other_content`; 422 `inventory.too_long`.
 */
export const approveSource = command({
  name: 'inventory.approveSource',
  summary: 'Approve a data source until a moment, as a second person of security',
  input: z.object({ sourceId: id, contentDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/), expiresAt: z.iso.datetime({ offset: true }), reason }),
  output: sourceOutcome,
  permission: 'source.approve',
  subjectTable,
  resource: (tx, input) => locked(tx, input.sourceId),
  scope: teamOf,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('data source');
    if (row.state === 'withdrawn') return fail('conflict', 'inventory.withdrawn', 'This source is withdrawn. Propose it anew; then it can be approved.');
    if (row.contentDigest !== input.contentDigest) return fail('conflict', 'inventory.other_content', 'The source was changed since you looked at it. Reload, and look at what is to be approved.');
    const ahead = Date.parse(input.expiresAt) - Date.parse(now);
    if (!(ahead > 0 && ahead <= longestApprovalDays * day)) return fail('invalid', 'inventory.too_long', `An approval ends at a moment in the future, at most ${longestApprovalDays} days from now.`, { errors: [{ path: 'expiresAt', message: `must be in the next ${longestApprovalDays} days` }] });
    if (row.proposedBy === actor.id || (await store.wroteSinceApproval(tx, row.id, actor.id))) {
      const denied = fail('conflict', 'inventory.needs_second_person', 'You proposed this source, or wrote part of it since its last approval. Another person of security has to approve it.');
      return refusal(denied.error, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: 'who wrote it may not approve it' });
    }
    const expiresAt = new Date(input.expiresAt).toISOString();
    await store.updateSource(tx, row.id, { state: 'approved', approvedBy: actor.id, approvedAt: now, expiresAt });
    await store.insertDecision(tx, { id: newId(), sourceId: row.id, verdict: 'approved', contentDigest: row.contentDigest, personId: actor.id, reason: input.reason, expiresAt });
    await tell(tx, row.id, row.teamId);
    await publish(tx, 'inventory.source_changed', { sourceId: row.id }, new Date(Date.parse(expiresAt) + 1_000));
    return ok(audited({ sourceId: row.id, state: 'approved' as const, expiresAt, lapsed: false }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: row.state, expiresAt: row.expiresAt }, after: { state: 'approved', expiresAt, contentDigest: row.contentDigest, proposedBy: row.proposedBy } }));
  },
  http: { method: 'POST', path: '/api/v1/data-sources/{sourceId}/approve', tag: 'Data', body: 'json' },
});

/** Withdraws a source, proposed or approved: whatever reads it from now on, or has read it, is a finding. Errors: 409 `inventory.withdrawn`. */
export const withdrawSource = command({
  name: 'inventory.withdrawSource',
  summary: 'Withdraw a data source, with a reason',
  input: z.object({ sourceId: id, reason }),
  output: sourceOutcome,
  permission: 'source.withdraw',
  subjectTable,
  resource: (tx, input) => locked(tx, input.sourceId),
  scope: teamOf,
  run: async (tx, input, row, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('data source');
    if (row.state === 'withdrawn') return fail('conflict', 'inventory.withdrawn', 'This source is withdrawn already.');
    await store.updateSource(tx, row.id, { state: 'withdrawn', withdrawnBy: actor.id, withdrawnAt: now, withdrawnReason: input.reason, approvedBy: null, approvedAt: null, expiresAt: null });
    await store.insertDecision(tx, { id: newId(), sourceId: row.id, verdict: 'withdrawn', contentDigest: row.contentDigest, personId: actor.id, reason: input.reason, expiresAt: null });
    await tell(tx, row.id, row.teamId);
    return ok(audited({ sourceId: row.id, state: 'withdrawn' as const, expiresAt: null, lapsed: stateAt(row.state, row.expiresAt, now) === 'approved' }, { subjectTable, subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: row.state, expiresAt: row.expiresAt }, after: { state: 'withdrawn', contentDigest: row.contentDigest } }));
  },
  http: { method: 'POST', path: '/api/v1/data-sources/{sourceId}/withdraw', tag: 'Data', body: 'json' },
});
