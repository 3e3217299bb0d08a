// The SQL of people, teams, roles, sessions, service accounts and their tokens.
import { and, asc, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { prepared, type ReadTx, type WriteTx } from '#lib/db/client.ts';
import { person, roleGrant, serviceAccount, serviceToken, session, signInAttempt, team } from '#lib/db/schema/identity.ts';
import type { Grant, PersonRole, ServiceRole } from '#lib/kernel/permissions.ts';
import type { AttemptCounts } from './domain.ts';

export type PersonRow = typeof person.$inferSelect;
export type TeamRow = typeof team.$inferSelect;
export type GrantRow = typeof roleGrant.$inferSelect;
export type SessionRow = typeof session.$inferSelect;
export type ServiceAccountRow = typeof serviceAccount.$inferSelect;
export type ServiceTokenRow = typeof serviceToken.$inferSelect;

const first = <Row>(rows: Row[]): Row | null => rows[0] ?? null;

export const insertTeam = (tx: WriteTx, row: typeof team.$inferInsert) => tx.insert(team).values(row);
export const teamById = async (tx: ReadTx, id: string) => first(await tx.select().from(team).where(eq(team.id, id)));
export const teamBySlug = async (tx: ReadTx, slug: string) => first(await tx.select().from(team).where(eq(team.slug, slug)));
export const allTeams = (tx: ReadTx) => tx.select().from(team).orderBy(asc(team.name));

export const insertPerson = (tx: WriteTx, row: typeof person.$inferInsert) => tx.insert(person).values(row);
export const personById = async (tx: ReadTx, id: string) => first(await tx.select().from(person).where(eq(person.id, id)));
export const personForUpdate = async (tx: ReadTx, id: string) => first(await tx.select().from(person).where(eq(person.id, id)).for('update'));
export const personByEmail = async (tx: ReadTx, email: string) => first(await tx.select().from(person).where(eq(person.email, email)));
export const personByOidcSubject = async (tx: ReadTx, subject: string) => first(await tx.select().from(person).where(eq(person.oidcSubject, subject)));
export const setPersonState = (tx: WriteTx, id: string, state: PersonRow['state']) => tx.update(person).set({ state }).where(eq(person.id, id));
export const setPassword = (tx: WriteTx, id: string, passwordHash: string) => tx.update(person).set({ passwordHash }).where(eq(person.id, id));
export const setOidcSubject = (tx: WriteTx, id: string, oidcSubject: string) => tx.update(person).set({ oidcSubject }).where(eq(person.id, id));
export const allPeople = (tx: ReadTx) => tx.select().from(person).orderBy(asc(person.displayName));
export const namesOfPeople = (tx: ReadTx, ids: readonly string[]) =>
  ids.length === 0 ? Promise.resolve([]) : tx.select({ id: person.id, name: person.displayName }).from(person).where(inArray(person.id, [...ids]));
export const namesOfServiceAccounts = (tx: ReadTx, ids: readonly string[]) =>
  ids.length === 0 ? Promise.resolve([]) : tx.select({ id: serviceAccount.id, name: serviceAccount.name }).from(serviceAccount).where(inArray(serviceAccount.id, [...ids]));

export const insertGrant = (tx: WriteTx, row: typeof roleGrant.$inferInsert) => tx.insert(roleGrant).values(row);
export const grantForUpdate = async (tx: ReadTx, id: string) => first(await tx.select().from(roleGrant).where(eq(roleGrant.id, id)).for('update'));
export const activeGrantsOf = (tx: ReadTx, personId: string) =>
  tx.select({ id: roleGrant.id, role: roleGrant.role, teamId: roleGrant.teamId }).from(roleGrant).where(and(eq(roleGrant.personId, personId), isNull(roleGrant.revokedAt)));
export const allActiveGrants = (tx: ReadTx) => tx.select().from(roleGrant).where(isNull(roleGrant.revokedAt)).orderBy(asc(roleGrant.grantedAt));
export const revokeGrant = (tx: WriteTx, id: string) => tx.update(roleGrant).set({ revokedAt: sql`now()` }).where(eq(roleGrant.id, id));
export async function someoneHolds(tx: ReadTx, role: PersonRole): Promise<boolean> {
  const rows = await tx.select({ id: roleGrant.id }).from(roleGrant).where(and(eq(roleGrant.role, role), isNull(roleGrant.revokedAt))).limit(1);
  return rows.length > 0;
}

export const insertSession = (tx: WriteTx, row: typeof session.$inferInsert) => tx.insert(session).values(row);
export const sessionForUpdate = async (tx: ReadTx, id: string) => first(await tx.select().from(session).where(eq(session.id, id)).for('update'));
export const revokeSession = (tx: WriteTx, id: string) => tx.update(session).set({ revokedAt: sql`now()` }).where(and(eq(session.id, id), isNull(session.revokedAt)));
export const activeSessionsOf = (tx: ReadTx, personId: string) =>
  tx.select().from(session).where(and(eq(session.personId, personId), isNull(session.revokedAt), gt(session.expiresAt, sql`now()`))).orderBy(desc(session.createdAt)).limit(100);
export const revokeSessionsOf = (tx: WriteTx, personId: string) =>
  tx.update(session).set({ revokedAt: sql`now()` }).where(and(eq(session.personId, personId), isNull(session.revokedAt))).returning({ id: session.id });

/** The person behind a living session, with the roles held now; null when the session ended or the person was disabled. */
export async function livingSession(tx: ReadTx, sessionId: string): Promise<{ session: SessionRow; person: PersonRow; grants: Grant[] } | null> {
  const rows = await tx
    .select({ session, person, role: roleGrant.role, teamId: roleGrant.teamId })
    .from(session)
    .innerJoin(person, eq(person.id, session.personId))
    .leftJoin(roleGrant, and(eq(roleGrant.personId, person.id), isNull(roleGrant.revokedAt)))
    .where(and(eq(session.id, sessionId), isNull(session.revokedAt), gt(session.expiresAt, sql`now()`), eq(person.state, 'active')));
  const head = rows[0];
  if (!head) return null;
  return { session: head.session, person: head.person, grants: rows.flatMap((row) => (row.role ? [{ role: row.role, teamId: row.teamId }] : [])) };
}

export async function attemptCounts(tx: ReadTx, accountKey: string, address: string, windowMinutes: number): Promise<AttemptCounts> {
  const result = await tx.execute<{ account_failures: number; account_last_failure: string | null; address_failures: number }>(sql`
    select count(*) filter (where not ${signInAttempt.succeeded} and ${signInAttempt.accountKey} = ${accountKey} and ${signInAttempt.at} > coalesce(last_success, '-infinity'))::int as account_failures,
           max(${signInAttempt.at}) filter (where not ${signInAttempt.succeeded} and ${signInAttempt.accountKey} = ${accountKey} and ${signInAttempt.at} > coalesce(last_success, '-infinity')) as account_last_failure,
           -- Each attempt is entered as failed first, and again when it has succeeded: the difference is what failed.
           (count(*) filter (where ${signInAttempt.address} = ${address} and not ${signInAttempt.succeeded}) - count(*) filter (where ${signInAttempt.address} = ${address} and ${signInAttempt.succeeded}))::int as address_failures
    from ${signInAttempt}, (select max(at) as last_success from sign_in_attempt where account_key = ${accountKey} and succeeded) as success
    where (${signInAttempt.accountKey} = ${accountKey} or ${signInAttempt.address} = ${address})
      and ${signInAttempt.at} > now() - make_interval(mins => ${windowMinutes})`);
  const row = result.rows[0];
  return {
    accountFailures: row?.account_failures ?? 0,
    accountLastFailure: row?.account_last_failure ? new Date(row.account_last_failure).toISOString() : null,
    addressFailures: row?.address_failures ?? 0,
  };
}
/** Attempts on one account wait for each other, so that parallel guesses are counted one after the other. */
export const lockAttempts = (tx: WriteTx, accountKey: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${accountKey}, 4701))`);
export const insertAttempt = (tx: WriteTx, row: typeof signInAttempt.$inferInsert) => tx.insert(signInAttempt).values(row);

export const insertServiceAccount = (tx: WriteTx, row: typeof serviceAccount.$inferInsert) => tx.insert(serviceAccount).values(row);
export const serviceAccountForUpdate = async (tx: ReadTx, id: string) => first(await tx.select().from(serviceAccount).where(eq(serviceAccount.id, id)).for('update'));
export const allServiceAccounts = (tx: ReadTx) => tx.select().from(serviceAccount).orderBy(asc(serviceAccount.name));
export const setServiceAccountState = (tx: WriteTx, id: string, state: ServiceAccountRow['state']) => tx.update(serviceAccount).set({ state }).where(eq(serviceAccount.id, id));
export const insertToken = (tx: WriteTx, row: typeof serviceToken.$inferInsert) => tx.insert(serviceToken).values(row);
export const tokenForUpdate = async (tx: ReadTx, id: string) => first(await tx.select().from(serviceToken).where(eq(serviceToken.id, id)).for('update'));
export const allTokens = (tx: ReadTx) => tx.select().from(serviceToken).orderBy(desc(serviceToken.createdAt));
export const revokeToken = (tx: WriteTx, id: string) => tx.update(serviceToken).set({ revokedAt: sql`now()` }).where(and(eq(serviceToken.id, id), isNull(serviceToken.revokedAt)));

export type LivingToken = { readonly tokenId: string; readonly account: Pick<ServiceAccountRow, 'id' | 'teamId' | 'responsiblePersonId' | 'role'>; readonly useIsStale: boolean; /** Milliseconds. */ readonly expiresAt: number };

const livingTokensText = `
  select t.token_hash, t.id, a.id as account_id, a.team_id, a.responsible_person_id, a.role, coalesce(t.last_used_at < now() - interval '1 minute', true) as use_is_stale, (extract(epoch from t.expires_at) * 1000)::float8 as expires_at
  from service_token t join service_account a on a.id = t.service_account_id join person p on p.id = a.responsible_person_id
  where t.token_hash = any($1::text[]) and t.revoked_at is null and t.expires_at > now() and a.state = 'active' and p.state = 'active'`;

type LivingTokenRow = { token_hash: string; id: string; account_id: string; team_id: string; responsible_person_id: string; role: ServiceRole; use_is_stale: boolean; expires_at: number };

/** The service accounts behind living tokens, by hash; missing where token or account ended, or nobody active answers for it. */
export async function livingTokens(tx: ReadTx, tokenHashes: readonly string[]): Promise<ReadonlyMap<string, LivingToken>> {
  const rows = await prepared<LivingTokenRow>(tx, 'identity_living_tokens_2', livingTokensText, [[...tokenHashes]]);
  return new Map(rows.map((row) => [row.token_hash, {
    tokenId: row.id, account: { id: row.account_id, teamId: row.team_id, responsiblePersonId: row.responsible_person_id, role: row.role }, useIsStale: row.use_is_stale, expiresAt: row.expires_at,
  }]));
}
export const noteTokenUse = (tx: WriteTx, tokenId: string) => tx.update(serviceToken).set({ lastUsedAt: sql`now()`, useCount: sql`${serviceToken.useCount} + 1` }).where(eq(serviceToken.id, tokenId));
