// Promotion for tests: what a requester, a reviewer, a security person and a deployer do, by their own commands.
import pg from 'pg';
import { decidePromotion, requestPromotion } from '#lib/approvals/index.ts';
import { recordDeployment } from '#lib/deployments/index.ts';
import { createPerson, grantRole } from '#lib/identity/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor, PersonRole } from '#lib/kernel/permissions.ts';
import { as, must, personActor, type Organisation } from './fixtures.ts';

export type Request = { readonly promotionId: string; readonly snapshotDigest: string; readonly policyDigest: string; readonly artifactDigest: string; readonly verdict: 'passed' | 'blocked' };

export const ask = async (actor: Actor, modelVersionId: string, environment: 'staging' | 'production' = 'production'): Promise<Request> => must(await requestPromotion.execute(as(actor), { modelVersionId, environment, reason: 'The new month is in.' })).value;

/** The decision that a person would send who saw this request. */
export const decision = ({ promotionId, snapshotDigest, policyDigest, artifactDigest }: Request, verdict: 'approve' | 'reject' = 'approve') => ({ promotionId, verdict, comment: 'I looked at all of it.', snapshotDigest, policyDigest, artifactDigest });

export const decide = (actor: Actor, request: Request, verdict: 'approve' | 'reject' = 'approve') => decidePromotion.execute(as(actor), decision(request, verdict));

/** A promotion approved by the reviewer and by security. */
export async function approved(organisation: Organisation, modelVersionId: string): Promise<Request> {
  const request = await ask(organisation.engineer, modelVersionId);
  must(await decide(organisation.reviewer, request));
  must(await decide(organisation.security, request));
  return request;
}

export const deploy = (actor: Actor, digest: string, environment: 'sandbox' | 'staging' | 'production' = 'production', endpoint = 'flights-api') => recordDeployment.execute(as(actor), { digest, environment, endpoint });

/** Another person of the organisation, with these roles for the team (null: for the organisation). */
export async function anotherPerson(organisation: Organisation, roles: readonly PersonRole[], teamId: string | null = organisation.teamId) {
  const { id } = must(await createPerson.execute(as(organisation.admin), { email: `${newId()}@example.test`, displayName: `Another ${roles.join(' and ')}` })).value;
  const grants = [];
  for (const role of roles) {
    must(await grantRole.execute(as(organisation.admin), { personId: id, role, teamId }));
    grants.push({ role, teamId });
  }
  return personActor(id, grants);
}

/** A person with roles that the portal never gives to one person: granted behind its back, by a superuser with triggers off. */
export async function personOfConflictingRoles(adminUrl: string, organisation: Organisation, roles: readonly PersonRole[]) {
  const { id } = must(await createPerson.execute(as(organisation.admin), { email: `${newId()}@example.test`, displayName: 'One of too many roles' })).value;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query('SET session_replication_role = replica');
  for (const role of roles) await client.query('INSERT INTO role_grant (id, person_id, role, team_id) VALUES ($1, $2, $3, $4)', [newId(), id, role, organisation.teamId]);
  await client.end();
  return personActor(id, roles.map((role) => ({ role, teamId: organisation.teamId })));
}
