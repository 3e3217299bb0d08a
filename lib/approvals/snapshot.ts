// Gathering what a request is decided on: the facts of now as the policy's input document, and whether they are those that were frozen.
import type { ReadTx } from '#lib/db/client.ts';
import { exceptionsInForce } from '#lib/exceptions/index.ts';
import { activePolicy, withOpa, type Environment, type PolicyInput, type UsablePolicy } from '#lib/policy/index.ts';
import { gatherFacts, incumbentOf, policyInputOf, versionById, type FullVersionRow, type Looked, type VersionFacts } from '#lib/registry/index.ts';
import { staleness, thaw } from './domain.ts';
import { conflictsOf, type Party } from './separation.ts';
import type { ConflictFact } from './schema.ts';
import { conflictsAbout, snapshotContent, type PromotionRow } from './store.ts';

export type Gathered = { readonly row: FullVersionRow; readonly facts: VersionFacts; readonly input: PolicyInput; readonly incumbent: { readonly row: FullVersionRow; readonly facts: VersionFacts } | null; /** What was looked at: about the version, and about the one that runs. */ readonly looked: readonly Looked[] };

/** The facts about a version for an environment, as they are in this transaction, with OPA’s answers where the policy asks for them. */
export async function gather(tx: ReadTx, row: FullVersionRow, environment: Environment, policy: UsablePolicy | null, lock: boolean): Promise<Gathered> {
  const { facts, looked } = await gatherFacts(tx, row);
  const running = await incumbentOf(tx, row.modelId, environment);
  const runningRow = running ? await versionById(tx, running.versionId) : null;
  const runningGathered = runningRow === null || runningRow.id === row.id ? null : await gatherFacts(tx, runningRow);
  const runningFacts = runningRow?.id === row.id ? facts : (runningGathered?.facts ?? null);
  const incumbent = running && runningRow && runningFacts ? { row: runningRow, facts: runningFacts } : null;
  const known = policyInputOf(facts, environment, running && runningFacts ? { ...running, evaluations: runningFacts.evaluations } : null, await exceptionsInForce(tx, row.id, environment, lock), policy?.content.parameters);
  const input = policy ? await withOpa(tx, policy.content, known) : known;
  return { row, facts, input, incumbent, looked: [looked, ...(runningGathered ? [runningGathered.looked] : [])] };
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

/** The document that a request was decided on; null where the stored text is not the one that was frozen. */
export async function frozenInput(tx: ReadTx, request: PromotionRow): Promise<PolicyInput | null> {
  const content = await snapshotContent(tx, request.snapshotId);
  return content === null ? null : thaw(content, request.snapshotDigest);
}

/** What a person had to do with what a request is about, in words. */
export const conflictsOfPerson = async (tx: ReadTx, request: PromotionRow, party: Party): Promise<ConflictFact[]> => conflictsOf([party], await conflictsAbout(tx, request.id, request.modelVersionId));
