// Changes of people, teams, roles, sessions and service accounts.
import { z } from 'zod';
import { databaseError, violates } from '#lib/db/errors.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { err, ok } from '#lib/kernel/result.ts';
import { newToken, tokenHash, tokenPrefix } from './authenticate.ts';
import { identityFailure } from './errors.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { displayName, emailAddress, newPassword, personRoles, reason, serviceRoles, slug, uuid } from './schema.ts';
import * as store from './store.ts';

const organisation = () => ({ kind: 'organisation' }) as const;
const nothing = async () => ok(null);
const done = z.object({ id: uuid });

async function unlessTaken<T>(constraint: string, message: string, work: () => Promise<T>) {
  try {
    return ok(await work());
  } catch (error) {
    if (violates(error, constraint)) return identityFailure('conflict', 'identity.already_exists', message);
    throw error;
  }
}

/** Pairs that no person may hold at once, as the database knows them: separation of duties that would never let the person decide anyway. */
const standingConflicts: Readonly<Record<string, string>> = {
  standing_conflict_engineer_approver: 'Nobody is an engineer and a reviewer or security of one team: who changes its data and pipelines does not approve what they make. Take the other role away first.',
  standing_conflict_engineer_deployer: 'Nobody is an engineer of a team and answers for its deployer account: who changes pipelines and configuration does not hold the production credentials. Let somebody else answer for the account.',
  standing_conflict_accounts: 'Nobody answers for a pipeline account and a deployer account of one team: who changes a pipeline does not trigger the deployment of what it made. Name somebody else.',
};

async function unlessConflicting<T>(work: () => Promise<T>) {
  try {
    return ok(await work());
  } catch (error) {
    const told = standingConflicts[databaseError(error)?.constraint ?? ''];
    if (told !== undefined) return identityFailure('conflict', 'identity.standing_conflict', told);
    throw error;
  }
}

export const createTeam = command({
  name: 'identity.createTeam',
  summary: 'Create a team',
  input: z.strictObject({ slug, name: displayName }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'team',
  resource: nothing,
  scope: organisation,
  run: async (tx, input) => {
    const id = newId();
    const inserted = await unlessTaken('team_slug_unique', `There is already a team ${input.slug}.`, () => store.insertTeam(tx, { id, ...input }));
    return inserted.ok ? ok(audited({ id }, { subjectTable: 'team', subjectId: id, teamId: id, after: { slug: input.slug } })) : inserted;
  },
  http: { method: 'POST', path: '/api/v1/teams', tag: 'People', body: 'json', status: 201 },
});

export const createPerson = command({
  name: 'identity.createPerson',
  summary: 'Enter a person, with a first password or for single sign-on',
  input: z.strictObject({ email: emailAddress, displayName, password: newPassword.optional() }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'person',
  resource: nothing,
  scope: organisation,
  run: async (tx, input) => {
    const id = newId();
    const passwordHash = input.password ? await hashPassword(input.password) : null;
    const inserted = await unlessTaken('person_email_unique', 'Somebody with this mail address is there already.', () => store.insertPerson(tx, { id, email: input.email, displayName: input.displayName, passwordHash }));
    return inserted.ok ? ok(audited({ id }, { subjectTable: 'person', subjectId: id, teamId: null, after: { signsInBy: passwordHash ? 'password' : 'single sign-on' } })) : inserted;
  },
  http: { method: 'POST', path: '/api/v1/people', tag: 'People', body: 'json', status: 201 },
});

export const setPersonState = command({
  name: 'identity.setPersonState',
  summary: 'Disable a person, ending every session at once, or let them in again',
  input: z.strictObject({ personId: uuid, state: z.enum(['active', 'disabled']), reason }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'person',
  resource: async (tx, input) => {
    const row = await store.personForUpdate(tx, input.personId);
    return row ? ok(row) : notFound('person');
  },
  scope: organisation,
  run: async (tx, input, row, context) => {
    if (row.state === input.state) return identityFailure('conflict', 'identity.already_done', `This person is ${row.state} already.`);
    if (row.id === context.actor.id) return identityFailure('conflict', 'identity.self_grant', 'Nobody disables themselves: ask another admin.');
    await store.setPersonState(tx, row.id, input.state);
    const ended = input.state === 'disabled' ? await store.revokeSessionsOf(tx, row.id) : [];
    return ok(audited(
      { id: row.id },
      { subjectTable: 'person', subjectId: row.id, teamId: null, reason: input.reason, before: { state: row.state }, after: { state: input.state } },
      ...ended.map((session) => ({ subjectTable: 'session', subjectId: session.id, teamId: null, action: 'identity.revokeSession', reason: input.reason })),
    ));
  },
  http: null,
});

export const grantRole = command({
  name: 'identity.grantRole',
  summary: 'Give a person a role, for one team or for the organisation',
  input: z.strictObject({ personId: uuid, role: z.enum(personRoles), teamId: uuid.nullable() }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'role_grant',
  resource: async (tx, input) => {
    const row = await store.personForUpdate(tx, input.personId);
    if (!row) return notFound('person');
    if (input.teamId !== null && !(await store.teamById(tx, input.teamId))) return notFound('team');
    return ok(row);
  },
  scope: organisation,
  run: async (tx, input, row, context) => {
    if (row.id === context.actor.id) return identityFailure('forbidden', 'identity.self_grant', 'Nobody grants themselves a role: ask another admin.');
    const grants = await store.activeGrantsOf(tx, row.id);
    if (grants.some((grant) => grant.role === input.role && grant.teamId === input.teamId)) return identityFailure('conflict', 'identity.already_granted', 'This person holds that role already.');
    const id = newId();
    const inserted = await unlessConflicting(() => store.insertGrant(tx, { id, personId: row.id, role: input.role, teamId: input.teamId, grantedBy: context.actor.id }));
    if (!inserted.ok) return inserted;
    return ok(audited({ id }, { subjectTable: 'role_grant', subjectId: id, teamId: input.teamId, after: { personId: row.id, role: input.role, teamId: input.teamId } }));
  },
  http: { method: 'POST', path: '/api/v1/role-grants', tag: 'People', body: 'json', status: 201 },
});

export const revokeRole = command({
  name: 'identity.revokeRole',
  summary: 'Take a role away; it is gone with the next request',
  input: z.strictObject({ grantId: uuid, reason }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'role_grant',
  resource: async (tx, input) => {
    const row = await store.grantForUpdate(tx, input.grantId);
    return row ? ok(row) : notFound('role grant');
  },
  scope: organisation,
  run: async (tx, input, row) => {
    if (row.revokedAt !== null) return identityFailure('conflict', 'identity.already_done', 'The role was taken away already.');
    if (row.role === 'admin') {
      const admins = (await store.allActiveGrants(tx)).filter((grant) => grant.role === 'admin');
      if (admins.length <= 1) return identityFailure('conflict', 'identity.last_admin', 'This is the last admin: make another one first.');
    }
    await store.revokeGrant(tx, row.id);
    return ok(audited({ id: row.id }, { subjectTable: 'role_grant', subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { personId: row.personId, role: row.role, teamId: row.teamId } }));
  },
  http: null,
});

export const createServiceAccount = command({
  name: 'identity.createServiceAccount',
  summary: 'Create a service account of a team, with a human who answers for it',
  input: z.strictObject({ name: slug, teamId: uuid, role: z.enum(serviceRoles), responsiblePersonId: uuid }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'service_account',
  resource: async (tx, input) => {
    const [team, responsible] = [await store.teamById(tx, input.teamId), await store.personById(tx, input.responsiblePersonId)];
    if (!team) return notFound('team');
    return responsible?.state === 'active' ? ok(team) : notFound('person');
  },
  scope: organisation,
  run: async (tx, input, row) => {
    const id = newId();
    const taken = await unlessConflicting(() => unlessTaken('service_account_name_unique', `There is already a service account ${input.name}.`, () => store.insertServiceAccount(tx, { id, name: input.name, teamId: row.id, role: input.role, responsiblePersonId: input.responsiblePersonId })));
    if (!taken.ok) return taken;
    const inserted = taken.value;
    return inserted.ok ? ok(audited({ id }, { subjectTable: 'service_account', subjectId: id, teamId: row.id, after: { role: input.role, responsiblePersonId: input.responsiblePersonId } })) : inserted;
  },
  http: { method: 'POST', path: '/api/v1/service-accounts', tag: 'People', body: 'json', status: 201 },
});

export const setServiceAccountState = command({
  name: 'identity.setServiceAccountState',
  summary: 'Disable a service account, or let it work again',
  input: z.strictObject({ serviceAccountId: uuid, state: z.enum(['active', 'disabled']), reason }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'service_account',
  resource: async (tx, input) => {
    const row = await store.serviceAccountForUpdate(tx, input.serviceAccountId);
    return row ? ok(row) : notFound('service account');
  },
  scope: organisation,
  run: async (tx, input, row) => {
    if (row.state === input.state) return identityFailure('conflict', 'identity.already_done', `The service account is ${row.state} already.`);
    const moved = await unlessConflicting(() => store.setServiceAccountState(tx, row.id, input.state));
    if (!moved.ok) return moved;
    return ok(audited({ id: row.id }, { subjectTable: 'service_account', subjectId: row.id, teamId: row.teamId, reason: input.reason, before: { state: row.state }, after: { state: input.state } }));
  },
  http: null,
});

export const issueToken = command({
  name: 'identity.issueToken',
  summary: 'Issue a token for a service account; it is shown once and kept as a hash',
  input: z.strictObject({ serviceAccountId: uuid, validDays: z.number().int().min(1).max(366).default(90) }),
  output: z.object({ id: uuid, token: z.string(), expiresAt: z.string() }),
  permission: 'people.manage',
  subjectTable: 'service_token',
  resource: async (tx, input) => {
    const row = await store.serviceAccountForUpdate(tx, input.serviceAccountId);
    return row ? ok(row) : notFound('service account');
  },
  scope: organisation,
  run: async (tx, input, row, context) => {
    const [id, token] = [newId(), newToken()];
    const expiresAt = new Date(Date.parse(context.now) + input.validDays * 86_400_000).toISOString();
    const createdBy = context.actor.kind === 'person' ? context.actor.id : null;
    await store.insertToken(tx, { id, serviceAccountId: row.id, tokenHash: tokenHash(token), prefix: tokenPrefix(token), createdBy, expiresAt });
    return ok(audited({ id, token, expiresAt }, { subjectTable: 'service_token', subjectId: id, teamId: row.teamId, after: { serviceAccountId: row.id, expiresAt } }));
  },
  http: { method: 'POST', path: '/api/v1/service-accounts/{serviceAccountId}/tokens', tag: 'People', body: 'json', status: 201 },
});

export const revokeToken = command({
  name: 'identity.revokeToken',
  summary: 'Revoke a token at once',
  input: z.strictObject({ tokenId: uuid, reason }),
  output: done,
  permission: 'people.manage',
  subjectTable: 'service_token',
  resource: async (tx, input) => {
    const row = await store.tokenForUpdate(tx, input.tokenId);
    return row ? ok(row) : notFound('token');
  },
  scope: organisation,
  run: async (tx, input, row) => {
    if (row.revokedAt !== null) return identityFailure('conflict', 'identity.already_done', 'The token was revoked already.');
    await store.revokeToken(tx, row.id);
    return ok(audited({ id: row.id }, { subjectTable: 'service_token', subjectId: row.id, teamId: null, reason: input.reason, before: { serviceAccountId: row.serviceAccountId } }));
  },
  http: null,
});

export const revokeSession = command({
  name: 'identity.revokeSession',
  summary: 'End one of your own sessions (signing out ends the present one)',
  input: z.strictObject({ sessionId: uuid }),
  output: done,
  permission: 'session.own',
  subjectTable: 'session',
  resource: async (tx, input) => {
    const row = await store.sessionForUpdate(tx, input.sessionId);
    return row ? ok(row) : notFound('session');
  },
  scope: (row) => ({ kind: 'own', personId: row.personId }),
  run: async (tx, _input, row) => {
    await store.revokeSession(tx, row.id);
    return ok(audited({ id: row.id }, { subjectTable: 'session', subjectId: row.id, teamId: null, before: { personId: row.personId } }));
  },
  http: null,
});

export const changePassword = command({
  name: 'identity.changePassword',
  summary: 'Change your own password; your other sessions end',
  input: z.strictObject({ currentPassword: z.string().max(256), newPassword }),
  output: done,
  permission: 'session.own',
  subjectTable: 'person',
  resource: async (tx, _input, context) => {
    const row = context.actor.kind === 'person' ? await store.personForUpdate(tx, context.actor.id) : null;
    return row ? ok(row) : notFound('person');
  },
  scope: (row) => ({ kind: 'own', personId: row.id }),
  run: async (tx, input, row, context) => {
    if (!(await passwordMatches(input.currentPassword, row.passwordHash))) return err(identityFailure('invalid', 'identity.wrong_credentials', 'The current password is wrong.', { errors: [{ path: 'currentPassword', message: 'is wrong' }] }).error);
    await store.setPassword(tx, row.id, await hashPassword(input.newPassword));
    const mine = context.actor.kind === 'person' ? context.actor.sessionId : null;
    const others = (await store.activeSessionsOf(tx, row.id)).filter((session) => session.id !== mine);
    for (const session of others) await store.revokeSession(tx, session.id);
    return ok(audited(
      { id: row.id },
      { subjectTable: 'person', subjectId: row.id, teamId: null },
      ...others.map((session) => ({ subjectTable: 'session', subjectId: session.id, teamId: null, action: 'identity.revokeSession', reason: 'password changed' })),
    ));
  },
  http: null,
});
