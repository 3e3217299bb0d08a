// Who sends a request: a service account by its token, or a person by the session that the cookie names.
import { createHash, randomBytes } from 'node:crypto';
import { decode } from 'next-auth/jwt';
import { readStatement, readTransaction, writeTransaction } from '#lib/db/client.ts';
import { required } from '#lib/env.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { ok, type Result } from '#lib/kernel/result.ts';
import { together } from '#lib/kernel/together.ts';
import { identityFailure } from './errors.ts';
import { livingSession, livingTokens, noteTokenUse, type LivingToken } from './store.ts';

export const sessionCookie = 'gatehouse-session';
export const nobody: Actor = { kind: 'anonymous', id: null };

const asking = { actorKind: 'system', actorId: null } as const;

/** A new token: 256 random bits. Only its hash is kept. */
export const newToken = () => `gh_${randomBytes(32).toString('base64url')}`;
export const tokenHash = (token: string) => createHash('sha256').update(token).digest('hex');
export const tokenPrefix = (token: string) => token.slice(0, 9);

const livingToken = together<LivingToken>((hashes) => readStatement((tx) => livingTokens(tx, hashes)));

/** The service account behind a token, and when the token ends (milliseconds). */
export async function accountOfToken(token: string): Promise<Result<{ actor: Actor; expiresAt: number }, AppError>> {
  const found = await livingToken(tokenHash(token));
  if (!found) return identityFailure('unauthenticated', 'identity.bad_token', 'The service account token is unknown, expired or revoked. Ask an admin for a new one.');
  if (found.useIsStale) {
    await writeTransaction({ ...asking, requestId: newId() }, async (tx) => ({ commit: true, value: await noteTokenUse(tx, found.tokenId) }));
  }
  const { account } = found;
  const actor: Actor = {
    kind: 'service',
    id: account.id,
    tokenId: found.tokenId,
    responsiblePersonId: account.responsiblePersonId,
    teamId: account.teamId,
    grants: [{ role: account.role, teamId: account.teamId }],
  };
  return ok({ actor, expiresAt: found.expiresAt });
}

/** The token of an Authorization header; null where it is of another form. */
export const bearerToken = (authorization: string): string | null => /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? null;

export const wrongForm = () => identityFailure('unauthenticated', 'identity.bad_token', 'Send Authorization: Bearer <service account token>.');

/** The session id inside the signed and encrypted cookie; null when it is not ours or has expired. */
async function sessionIdOf(cookie: string): Promise<string | null> {
  try {
    const claims = await decode({ token: cookie, secret: required('NEXTAUTH_SECRET') });
    return typeof claims?.sid === 'string' ? claims.sid : null;
  } catch {
    return null;
  }
}

/** The person behind a session cookie, with the roles held at this moment; anonymous when the session has ended. */
export async function actorOfCookie(cookie: string | undefined): Promise<Actor> {
  const sessionId = cookie ? await sessionIdOf(cookie) : null;
  if (!sessionId || !/^[0-9a-f-]{36}$/.test(sessionId)) return nobody;
  const found = await readTransaction({ ...asking, requestId: newId() }, (tx) => livingSession(tx, sessionId));
  if (!found) return nobody;
  return { kind: 'person', id: found.person.id, sessionId, grants: found.grants, authenticatedAt: found.session.authenticatedAt };
}

function cookieOf(request: Request): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, ...value] = part.trim().split('=');
    // A sealed cookie holds nothing that would be percent-encoded; what is, is not ours.
    if (name === sessionCookie) return value.join('=');
  }
  return undefined;
}

/** For route handlers. A wrong token is an error, even beside a good cookie; no credentials at all are an anonymous actor. */
export async function authenticate(request: Request): Promise<Result<{ actor: Actor; by: 'token' | 'cookie' | 'nothing' }, AppError>> {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) {
    const token = bearerToken(authorization);
    if (token === null) return wrongForm();
    const account = await accountOfToken(token);
    return account.ok ? ok({ actor: account.value.actor, by: 'token' }) : account;
  }
  const cookie = cookieOf(request);
  if (!cookie) return ok({ actor: nobody, by: 'nothing' });
  return ok({ actor: await actorOfCookie(cookie), by: 'cookie' });
}
