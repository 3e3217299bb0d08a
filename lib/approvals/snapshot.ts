// Gathering what a request is decided on: the facts of now as the policy's input document, and who had a hand in them.
import type { ReadTx } from '#lib/db/client.ts';
import { exceptionsInForce } from '#lib/exceptions/index.ts';
import { activePolicy, withOpa, type Environment, type PolicyInput, type UsablePolicy } from '#lib/policy/index.ts';
import { accountsById, gatherFacts, incumbentOf, policyInputOf, versionById, type FullVersionRow, type VersionFacts } from '#lib/registry/index.ts';
import { staleness, type Involvement } from './domain.ts';
import { snapshotContent, type PromotionRow } from './store.ts';

export type Gathered = { readonly row: FullVersionRow; readonly facts: VersionFacts; readonly input: PolicyInput; readonly incumbent: { readonly row: FullVersionRow; readonly facts: VersionFacts } | null };

/** The facts about a version for an environment, as they are in this transaction, with OPA’s answers where the policy asks for them. */
export async function gather(tx: ReadTx, row: FullVersionRow, environment: Environment, policy: UsablePolicy | null, lock: boolean): Promise<Gathered> {
  const { facts } = await gatherFacts(tx, row);
  const running = await incumbentOf(tx, row.modelId, environment);
  const runningRow = running ? await versionById(tx, running.versionId) : null;
  const runningFacts = runningRow ? (await gatherFacts(tx, runningRow)).facts : null;
  const incumbent = running && runningRow && runningFacts ? { row: runningRow, facts: runningFacts } : null;
  const known = policyInputOf(facts, environment, running && runningFacts ? { ...running, evaluations: runningFacts.evaluations } : null, await exceptionsInForce(tx, row.id, environment, lock));
  const input = policy ? await withOpa(policy.content, known) : known;
  return { row, facts, input, incumbent };
}

/** Service accounts that reported any run upstream or published the version, with the people who answer for them. */
export async function involvementsIn(tx: ReadTx, { facts }: Gathered): Promise<Involvement[]> {
  const reporters = new Map<string, string[]>();
  for (const run of facts.runs) reporters.set(run.reportedBy, [...(reporters.get(run.reportedBy) ?? []), run.job]);
  const accounts = await accountsById(tx, [...new Set([...reporters.keys(), facts.version.publishedBy])]);
  return accounts.map(({ id, name, responsiblePersonId }) => {
    const jobs = [...new Set(reporters.get(id) ?? [])];
    const ran = jobs.length === 0 ? null : `ran ${jobs.slice(0, 3).join(', ')}${jobs.length > 3 ? ` and ${jobs.length - 3} more` : ''}`;
    const published = id === facts.version.publishedBy ? 'published this version' : null;
    return { personId: responsiblePersonId, account: name, what: [ran, published].filter((text) => text !== null).join(' and ') };
  });
}

export type Examined = { readonly gathered: Gathered | null; readonly policy: UsablePolicy | null; readonly stale: readonly string[] };

/** Looks at a request as it stands now: the facts, the active policy, and every reason why it would be stale. */
export async function examine(tx: ReadTx, request: PromotionRow, now: string, lockPolicy: boolean): Promise<Examined> {
  const version = await versionById(tx, request.modelVersionId);
  const policy = await activePolicy(tx, request.environment, lockPolicy, version);
  const content = await snapshotContent(tx, request.snapshotId);
  if (!version || content === null) return { gathered: null, policy, stale: ['the version or its frozen evidence is gone'] };
  const gathered = await gather(tx, version, request.environment, policy, lockPolicy);
  return { gathered, policy, stale: staleness({ ...request, snapshotContent: content }, gathered.input, policy, now) };
}
