// Lending an approver's role during absence: for a time, to a person who then decides as themselves. It never defeats separation of duties.
import { z } from 'zod';
import { personByEmail, personById } from '#lib/identity/index.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id, newId } from '#lib/kernel/ids.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { approverRole } from '#lib/policy/index.ts';
import { approvalsFailure, words } from './commands.ts';
import { delegationList, type DelegationView } from './schema.ts';
import * as store from './store.ts';

const longestDays = 31;
const moment = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(9_999, 0, 1), 'must lie between 1970 and 9998').transform((text) => new Date(text).toISOString());

/** Errors: 409 `approvals.role_not_held`, 409 `approvals.bad_delegation` for a time that is over, too long, or to oneself. */
export const delegateRole = command({
  name: 'approvals.delegateRole',
  summary: 'Lend your reviewer or security role to somebody during your absence',
  input: z.object({ delegateId: id.optional(), delegateEmail: z.string().trim().toLowerCase().max(320).optional(), role: approverRole, teamId: id.nullable().default(null), startsAt: moment.nullable().default(null), endsAt: moment, reason: words }).refine(({ delegateId, delegateEmail }) => (delegateId === undefined) !== (delegateEmail === undefined), 'name the person by delegateId or by delegateEmail, one of the two'),
  output: z.object({ delegationId: z.string(), startsAt: z.string(), endsAt: z.string() }),
  permission: 'promotion.decide',
  subjectTable: 'delegation',
  resource: async (tx, input) => {
    const delegate = input.delegateId === undefined ? await personByEmail(tx, input.delegateEmail ?? '') : await personById(tx, input.delegateId);
    return delegate?.state === 'active' ? ok({ id: delegate.id, teamId: input.teamId }) : notFound('person');
  },
  // A delegation belongs to who makes it: the role itself is asked for below, for the very team or organisation.
  scope: ({ teamId }, { actor }) => {
    const own = actor.kind === 'person' ? actor.grants.find((grant) => (grant.role === 'reviewer' || grant.role === 'security') && (teamId === null || grant.teamId === null || grant.teamId === teamId)) : undefined;
    const scopeTeam = teamId ?? own?.teamId ?? null;
    return scopeTeam === null ? { kind: 'organisation' } : { kind: 'team', teamId: scopeTeam };
  },
  run: async (tx, input, delegate, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('person');
    const startsAt = input.startsAt ?? now;
    if (delegate.id === actor.id) return approvalsFailure('conflict', 'approvals.bad_delegation', 'Lend the role to somebody else than yourself.');
    if (Date.parse(input.endsAt) <= Date.parse(startsAt) || Date.parse(input.endsAt) <= Date.parse(now)) return approvalsFailure('conflict', 'approvals.bad_delegation', 'It would end before it begins, or is over already.');
    if (Date.parse(input.endsAt) - Date.parse(startsAt) > longestDays * 86_400_000) return approvalsFailure('conflict', 'approvals.bad_delegation', `A role is lent for at most ${longestDays} days: lend it again, or let an admin grant it.`);
    if (!(await store.holdsRole(tx, actor.id, input.role, input.teamId))) return approvalsFailure('conflict', 'approvals.role_not_held', `You do not hold the role ${input.role} there yourself; a role that was lent to you cannot be lent on.`);
    const row = { id: newId(), delegatorId: actor.id, delegateId: delegate.id, role: input.role, teamId: input.teamId, reason: input.reason, startsAt, endsAt: input.endsAt };
    await store.insertDelegation(tx, row);
    return ok(audited({ delegationId: row.id, startsAt, endsAt: row.endsAt }, { subjectTable: 'delegation', subjectId: row.id, teamId: input.teamId, reason: input.reason, after: { delegatorId: actor.id, delegateId: delegate.id, role: row.role, startsAt, endsAt: row.endsAt } }));
  },
  http: { method: 'POST', path: '/api/v1/delegations', tag: 'Promotions', body: 'json', status: 201 },
});

export const endDelegation = command({
  name: 'approvals.endDelegation',
  summary: 'End a delegation before its time: by who lent the role, or to whom it was lent',
  input: z.object({ delegationId: id, reason: words }),
  output: z.object({ delegationId: z.string() }),
  permission: 'session.own',
  subjectTable: 'delegation',
  resource: async (tx, input, { actor }) => {
    const row = await store.delegationForUpdate(tx, input.delegationId);
    return row && (row.delegatorId === actor.id || row.delegateId === actor.id) ? ok(row) : notFound('delegation');
  },
  scope: (_row, { actor }) => ({ kind: 'own', personId: actor.id ?? '' }),
  run: async (tx, input, row) => {
    if (row.revokedAt !== null) return approvalsFailure('conflict', 'approvals.bad_delegation', 'It has ended already.');
    await store.endDelegation(tx, row.id);
    return ok(audited({ delegationId: row.id }, { subjectTable: 'delegation', subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { delegatorId: row.delegatorId, delegateId: row.delegateId, role: row.role } }));
  },
  http: { method: 'POST', path: '/api/v1/delegations/{delegationId}/end', tag: 'Promotions', body: 'json' },
});

export const listDelegations = query({
  name: 'approvals.listDelegations',
  summary: 'Roles that you lent or that were lent to you, the newest 100',
  input: z.strictObject({}),
  output: delegationList,
  permission: 'read',
  run: async (tx, _input, { actor, now }) => {
    const rows = actor.kind === 'person' ? await store.delegationsOf(tx, actor.id) : [];
    const items = rows.map(({ delegation, delegatorName, delegateName, teamName }): DelegationView => ({
      id: delegation.id, role: delegation.role, teamName, reason: delegation.reason, startsAt: delegation.startsAt, endsAt: delegation.endsAt, endedAt: delegation.revokedAt,
      delegator: { id: delegation.delegatorId, name: delegatorName }, delegate: { id: delegation.delegateId, name: delegateName },
      active: delegation.revokedAt === null && delegation.startsAt <= now && delegation.endsAt > now, mine: delegation.delegatorId === actor.id,
    }));
    return ok({ items });
  },
  http: { method: 'GET', path: '/api/v1/delegations', tag: 'Promotions', body: 'none' },
});
