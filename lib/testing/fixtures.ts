// Fixtures for tests: people and accounts made the way the portal makes them, through its own commands.
import { createFirstAdmin, createPerson, createServiceAccount, createTeam, grantRole, issueToken } from '#lib/identity/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import type { Actor, Grant, PersonRole, ServiceRole } from '#lib/kernel/permissions.ts';
import type { RequestContext } from '#lib/kernel/context.ts';
import type { Result } from '#lib/kernel/result.ts';

/** The value of a result that a test takes for granted. */
export function must<T>(result: Result<T, AppError>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message} ${JSON.stringify(result.error.errors ?? [])}`);
  return result.value;
}

export const as = (actor: Actor): RequestContext => ({ actor, requestId: newId(), channel: 'api' });

/** An actor as sign-in would make it, without the session behind it. */
export const personActor = (id: string, grants: readonly Grant[]): Extract<Actor, { kind: 'person' }> => ({ kind: 'person', id, sessionId: newId(), grants, authenticatedAt: new Date().toISOString() });

export type Organisation = Awaited<ReturnType<typeof createOrganisation>>;

/**
 * An admin, a team with an engineer and a second one, a reviewer, two security people, an auditor, a pipeline and a deployer account
 * (the engineer answers for the pipeline, somebody without a role for the deployer), and another team with an engineer and a pipeline of its own.
 */
export async function createOrganisation() {
  const adminId = must(await createFirstAdmin({ email: 'admin@example.test', displayName: 'Admin', password: 'correct horse battery' })).personId;
  const admin = personActor(adminId, [{ role: 'admin', teamId: null }]);

  const team = async (slug: string) => must(await createTeam.execute(as(admin), { slug, name: slug })).value.id;
  const person = async (name: string, role: PersonRole, teamId: string | null) => {
    const { id } = must(await createPerson.execute(as(admin), { email: `${name}@example.test`, displayName: name })).value;
    must(await grantRole.execute(as(admin), { personId: id, role, teamId }));
    return personActor(id, [{ role, teamId }]);
  };
  const service = async (name: string, role: ServiceRole, teamId: string, responsiblePersonId: string) => {
    const { id } = must(await createServiceAccount.execute(as(admin), { name, teamId, role, responsiblePersonId })).value;
    const { token, id: tokenId } = must(await issueToken.execute(as(admin), { serviceAccountId: id })).value;
    const actor: Extract<Actor, { kind: 'service' }> = { kind: 'service', id, tokenId, responsiblePersonId, teamId, grants: [{ role, teamId }] };
    return { ...actor, token };
  };

  const teamId = await team('fraud');
  const otherTeamId = await team('search');
  const engineer = await person('engineer', 'engineer', teamId);
  const secondEngineer = await person('second-engineer', 'engineer', teamId);
  const reviewer = await person('reviewer', 'reviewer', teamId);
  const security = await person('security', 'security', null);
  const secondSecurity = await person('second-security', 'security', null);
  const auditor = await person('auditor', 'auditor', null);
  const otherEngineer = await person('other-engineer', 'engineer', otherTeamId);
  const { id: operatorId } = must(await createPerson.execute(as(admin), { email: 'operator@example.test', displayName: 'operator' })).value;
  return {
    teamId,
    otherTeamId,
    admin,
    engineer,
    secondEngineer,
    reviewer,
    security,
    secondSecurity,
    auditor,
    otherEngineer,
    pipeline: await service('fraud-pipeline', 'pipeline', teamId, engineer.id),
    deployer: await service('fraud-deployer', 'deployer', teamId, operatorId),
    otherPipeline: await service('search-pipeline', 'pipeline', otherTeamId, otherEngineer.id),
  };
}
