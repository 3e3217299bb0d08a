// Answers 'may this digest run here?' from the facts of this transaction, with the reasons, and says what the answer rests on.
import type { ReadTx } from '#lib/db/client.ts';
import { conflictsOfPerson, examine, latestPromotion, mayBeDeployed, usablePromotions, type PromotionRow } from '#lib/approvals/index.ts';
import { exceptionsInForce } from '#lib/exceptions/index.ts';
import type { Actor, TeamFilter } from '#lib/kernel/permissions.ts';
import { activePolicy, evaluatePolicy, withOpa, type Environment, type PolicyInput, type RuleResult, type UsablePolicy } from '#lib/policy/index.ts';
import { atDeployment, gatherFacts, policyInputOf, versionsWithDigest, type FullVersionRow, type VersionFacts } from '#lib/registry/index.ts';
import { makeRests, type Rests } from './dependencies.ts';
import { ruling, type Candidate, type Ruling } from './domain.ts';
import { refusedAtThisMoment, withOpening } from './moment.ts';
import { restrictions } from './restrictions.ts';

export type Decision = {
  readonly ruling: Ruling;
  /** The version that would run; null where none is registered. */
  readonly version: FullVersionRow | null;
  readonly promotion: PromotionRow | null;
  /** Promotions that turned out to be stale, with the reasons. */
  readonly stale: readonly { readonly row: PromotionRow; readonly reasons: readonly string[] }[];
  readonly rests: Rests;
};

export type Question = {
  readonly digest: string;
  readonly environment: Environment;
  /** Where it would be deployed; null: not said. */
  readonly endpoint: string | null;
  /** Id or name of the service account that would deploy; null: not said. */
  readonly identity: string | null;
};

const inQuarantine = ({ artifact, versions }: VersionFacts): boolean => artifact.quarantined || versions.some(({ quarantined }) => quarantined);
const sees = (teams: TeamFilter, teamId: string): boolean => teams === 'all' || teams.includes(teamId);

/** Who answers for the account that would deploy; null for those who only ask. */
export const deployingPerson = (actor: Actor): string | null => (actor.kind === 'service' && actor.grants.some(({ role }) => role === 'deployer') ? actor.responsiblePersonId : null);

/** The live evaluation, for environments that ask for no promotion. */
async function judgedNow(tx: ReadTx, { policy, facts, environment, endpoint, exceptions }: { readonly policy: UsablePolicy; readonly facts: VersionFacts; readonly environment: Environment; readonly endpoint: string | null; readonly exceptions: PolicyInput['exceptions'] }): Promise<RuleResult[]> {
  const { content } = policy;
  const known = policyInputOf(facts, environment, null, exceptions, content.parameters);
  const input = await withOpa(tx, content, await atDeployment(tx, known, facts.assurance ?? null, endpoint, content.parameters));
  return withOpening(evaluatePolicy(content, input).results, policy, input, facts);
}

/**
 * Decides for one who sees the things of `teams`. With `lock` everything that the answer rests on stays as it is until
 * the transaction ends. `deployer` is the person who answers for the account that would deploy: not one who had a hand in
 * the pipeline. Endpoint and identity of the question can only restrict: they never make a yes of a no.
 */
export async function decide(tx: ReadTx, question: Question, teams: TeamFilter, now: string, lock: boolean, actor: Actor): Promise<Decision> {
  const { digest, environment, endpoint } = question;
  const deployer = deployingPerson(actor);
  const rests = makeRests();
  rests.onDigest(digest);
  const versions = (await versionsWithDigest(tx, digest)).filter(({ teamId }) => sees(teams, teamId));
  // Each version is decided by the narrowest policy that holds for it; where one asks for approvals, a promotion is needed.
  const policies = new Map<string, UsablePolicy | null>();
  for (const each of versions) policies.set(each.id, await activePolicy(tx, environment, lock, each));
  const usablePolicies = versions.length > 0 ? [...policies.values()] : [await activePolicy(tx, environment, lock, null)];
  for (const each of usablePolicies) if (each) rests.onPolicy(each.content);
  const needsPromotion = usablePolicies.some((each) => each === null || each.tier === 'production' || each.content.approvals.length > 0);
  const promotions = needsPromotion && versions.length > 0 ? await usablePromotions(tx, digest, environment, teams, lock) : [];
  const examined = [];
  for (const row of promotions) {
    const { stale, gathered } = await examine(tx, row, now, lock);
    rests.onPromotion(row.id);
    if (gathered) rests.onGathered(gathered.row, gathered.looked);
    examined.push({ row, stale, gathered, approvalsComplete: await mayBeDeployed(tx, row, now) });
  }
  const living = examined.find(({ stale, approvalsComplete }) => stale.length === 0 && approvalsComplete);
  const version = living ? (versions.find(({ id }) => id === living.row.modelVersionId) ?? null) : (versions.at(-1) ?? null);
  const own = living?.gathered || !version ? null : await gatherFacts(tx, version);
  if (own && version) rests.onGathered(version, [own.looked]);
  const facts = living?.gathered?.facts ?? own?.facts ?? null;
  const policy = version ? (policies.get(version.id) ?? null) : (usablePolicies[0] ?? null);
  const results = !needsPromotion && policy && facts ? await judgedNow(tx, { policy, facts, environment, endpoint, exceptions: version ? await exceptionsInForce(tx, version.id, environment, lock) : [] }) : [];
  const momentary = living?.gathered && policy ? await refusedAtThisMoment(tx, { row: living.row, policy, facts: living.gathered.facts, current: living.gathered.input, endpoint, now }) : [];
  const candidates: Candidate[] = examined.map(({ row, stale, approvalsComplete }) => ({ promotionId: row.id, state: row.state, stale, approvalsComplete }));
  const separation = living && deployer !== null ? (await conflictsOfPerson(tx, living.row, { personId: deployer, called: 'Who answers for the deploying account' })).map(({ text }) => text) : [];
  const latest = needsPromotion && candidates.length === 0 ? await latestPromotion(tx, digest, environment, teams) : null;
  // A deployment that is recorded looks at its endpoint itself, under the lock that it holds.
  const restricting = version ? await restrictions(tx, lock ? { ...question, endpoint: null } : question, teams, actor, version, living?.row ?? null) : [];
  if (question.endpoint !== null) rests.onEndpoint(environment, question.endpoint);
  return {
    ruling: ruling({
      environment,
      tier: policy?.tier ?? 'production',
      registered: version !== null,
      quarantined: facts !== null && inQuarantine(facts),
      needsPromotion,
      policyUsable: policy !== null,
      results,
      candidates,
      separation,
      momentary,
      latest: latest ? { promotionId: latest.id, state: latest.state } : null,
      restricting,
    }),
    version,
    promotion: living?.row ?? null,
    stale: examined.filter(({ row, stale }) => stale.length > 0 && row.state === 'approved').map(({ row, stale }) => ({ row, reasons: stale })),
    rests,
  };
}
