// What the question says of itself, endpoint and deploying identity, and what of that stands in the way. It is believed only as far as it restricts.
import type { ReadTx } from '#lib/db/client.ts';
import { conflictsOfPerson, type PromotionRow } from '#lib/approvals/index.ts';
import type { Actor, TeamFilter } from '#lib/kernel/permissions.ts';
import type { FullVersionRow } from '#lib/registry/index.ts';
import type { Question } from './decide.ts';
import type { DecisionReason } from './schema.ts';
import * as store from './store.ts';

async function ofIdentity(tx: ReadTx, identity: string, teams: TeamFilter, actor: Actor, version: FullVersionRow, promotion: PromotionRow | null): Promise<DecisionReason[]> {
  const account = await store.deployingAccount(tx, identity, teams);
  if (!account) return [{ code: 'identity_unknown', message: 'There is no service account of this name or id that you may see.' }];
  if (actor.kind === 'service' && actor.grants.some(({ role }) => role === 'deployer') && actor.id !== account.id) return [{ code: 'identity_differs', message: 'A deployer asks for itself: the identity named in the question is another account than the one that asks.' }];
  if (account.role !== 'deployer' || !account.active || account.teamId !== version.teamId) return [{ code: 'identity_may_not_deploy', message: `${account.name} is not an active deployer account of the team that owns this version.` }];
  if (promotion === null) return [];
  const conflicts = await conflictsOfPerson(tx, promotion, { personId: account.responsiblePersonId, called: `Who answers for ${account.name}` });
  return conflicts.map(({ text }) => ({ code: 'separation_of_duties', message: `${text} Who changes a pipeline does not trigger the deployment of what it made.` }));
}

/** Every reason why the version may not be deployed at the endpoint, or by the identity, that the question names. */
export async function restrictions(tx: ReadTx, { environment, endpoint, identity }: Question, teams: TeamFilter, actor: Actor, version: FullVersionRow, promotion: PromotionRow | null): Promise<DecisionReason[]> {
  const running = endpoint === null ? null : await store.teamAt(tx, environment, endpoint);
  return [
    ...(running !== null && running !== version.teamId ? [{ code: 'endpoint_taken', message: 'Another team uses an endpoint of this name in this environment. Choose another name.' }] : []),
    ...(identity === null ? [] : await ofIdentity(tx, identity, teams, actor, version, promotion)),
  ];
}
