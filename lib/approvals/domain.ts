// The rules of deciding: who may, what is still needed, and when a request is stale. Pure.
import { z } from 'zod';
import { canonicalJson, sha256, type Json } from '#lib/kernel/canonical-json.ts';
import { blocks, evaluatePolicy, policyInput, ruleException, type ApproverRole, type PolicyContent, type PolicyInput, type RuleResult, type UsablePolicy } from '#lib/policy/index.ts';
import type { ApprovalNeed, DecisionRights, PromotionState } from './schema.ts';
import { conflictsOf, cutOff, type Conflict, type Party } from './separation.ts';

/** The bytes that people decide on, and their digest. */
export function freeze(input: PolicyInput): { content: string; digest: string } {
  const content = canonicalJson(input as unknown as Json);
  return { content, digest: sha256(content) };
}

/** A frozen document again; null where the text is not what its digest says, or not a document. */
export function thaw(content: string, digest: string): PolicyInput | null {
  if (sha256(content) !== digest) return null;
  try {
    const parsed = policyInput.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export type GivenApproval = { readonly personId: string; readonly role: ApproverRole; readonly verdict: 'approve' | 'reject'; readonly artifactDigest: string; readonly snapshotDigest: string; readonly policyDigest: string; /** Who lent the role, where it is not the person's own. */ readonly onBehalfOf?: string | null; readonly revoked?: boolean };
export type Bound = { readonly artifactDigest: string; readonly snapshotDigest: string; readonly policyDigest: string; readonly requestedBy: string };

/** The people whom an approval counts for: who gave it, and who lent the role. */
const peopleOf = ({ personId, onBehalfOf }: GivenApproval): string[] => (onBehalfOf ? [personId, onBehalfOf] : [personId]);

/** Approvals that count: on these very digests, not revoked, by others than the requester, each person once. */
export function counting(approvals: readonly GivenApproval[], bound: Bound): GivenApproval[] {
  const valid = approvals.filter(
    (approval) =>
      approval.verdict === 'approve' && approval.revoked !== true && !peopleOf(approval).includes(bound.requestedBy) && approval.artifactDigest === bound.artifactDigest && approval.snapshotDigest === bound.snapshotDigest && approval.policyDigest === bound.policyDigest,
  );
  return valid.filter((approval, index) => !valid.slice(0, index).some((earlier) => peopleOf(earlier).some((person) => peopleOf(approval).includes(person))));
}

/** What the policy asks for, and what is there. */
export const needsOf = (policy: Pick<PolicyContent, 'approvals'>, approvals: readonly GivenApproval[], bound: Bound): ApprovalNeed[] => {
  const counted = counting(approvals, bound);
  return policy.approvals.map(({ role, count }) => ({ role, needed: count, given: counted.filter((approval) => approval.role === role).length }));
};

/** Enough approvals, and at least one: nobody's approval is never enough. */
export const satisfied = (needs: readonly ApprovalNeed[]): boolean => needs.length > 0 && needs.every(({ needed, given }) => given >= needed);

export type DecisionQuestion = {
  readonly personId: string;
  readonly personActive: boolean;
  /** Roles held now, for the request's team. */
  readonly roles: readonly ApproverRole[];
  readonly request: Bound & { readonly state: PromotionState; readonly verdict: 'passed' | 'blocked'; /** The results of its rules, as stored. */ readonly results?: unknown };
  readonly approvals: readonly GivenApproval[];
  readonly conflicts: readonly Conflict[];
  /** Who lent the role by which the person would decide; null: by a role of their own. */
  readonly delegator: { readonly personId: string; readonly name: string } | null;
  readonly stale: readonly string[];
};

const stateSentence: Record<Exclude<PromotionState, 'open'>, string> = {
  approved: 'This request is approved already.',
  rejected: 'This request was rejected.',
  withdrawn: 'This request was withdrawn.',
  stale: 'This request is stale: ask for a new one.',
  deployed: 'This request is decided, and the version was deployed.',
};

const excepted = z.array(z.object({ title: z.string(), exception: ruleException.nullable().default(null) })).catch([]);

/** Who asked for or confirmed an exception that the request rests on bent a control, and does not judge by what is left of it. */
function exceptionsGivenBy(party: Party, results: unknown): string[] {
  return excepted.parse(results ?? []).flatMap(({ title, exception }) => {
    if (exception === null || (exception.proposedBy !== party.personId && exception.confirmedBy !== party.personId)) return [];
    return [`${party.called} ${exception.confirmedBy === party.personId ? 'confirmed' : 'asked for'} the exception from “${title}” that this request rests on: somebody else approves it.`];
  });
}

/**
 * Whether a person may decide, and every reason why not. Separation of duties: not the requester, nobody twice, nobody who
 * had a hand in the model, nobody who gave an exception that it rests on; by a delegated role, neither the person nor who
 * lent it.
 */
export function rightsOf(question: DecisionQuestion): DecisionRights {
  const { personId, request, approvals, roles, delegator } = question;
  const parties: Party[] = [{ personId, called: 'You' }, ...(delegator ? [{ personId: delegator.personId, called: delegator.name }] : [])];
  const reasons: string[] = [];
  if (request.state !== 'open') reasons.push(stateSentence[request.state]);
  if (!question.personActive || roles.length === 0) reasons.push(delegator ? `${delegator.name} has not lent you a role that they hold for this team now.` : 'It takes the role reviewer or security for this team, which you do not hold.');
  for (const party of parties) {
    if (request.requestedBy === party.personId) reasons.push(`${party.called} asked for this promotion, and nobody decides on their own request.`);
    const earlier = approvals.find((approval) => peopleOf(approval).includes(party.personId));
    if (earlier) reasons.push(`${party.called} ${party.called === 'You' ? 'have' : 'has'} ${earlier.verdict === 'approve' ? 'approved' : 'rejected'} it already${earlier.revoked === true ? ', and revoked that' : ''}, and nobody decides twice.`);
  }
  const conflicts = conflictsOf(parties, question.conflicts);
  reasons.push(...conflicts.map(({ text }) => text));
  const mayReject = reasons.length === 0;
  const everybody = cutOff(question.conflicts);
  if (request.state === 'open') {
    if (request.verdict === 'blocked') reasons.push('The policy blocks this request: it can be rejected, not approved.');
    for (const party of parties) reasons.push(...exceptionsGivenBy(party, request.results));
    reasons.push(...everybody.map(({ text }) => text), ...question.stale.map((reason) => `It would be found stale: ${reason}`));
  }
  return { roles: [...roles], mayApprove: reasons.length === 0, mayReject, reasons, conflicts: [...conflicts, ...everybody] };
}

/** The role by which a person decides: as asked, else one that is still needed, else any that they hold. */
export function decidingRole(roles: readonly ApproverRole[], needs: readonly ApprovalNeed[], asked: ApproverRole | null): ApproverRole | null {
  if (asked !== null) return roles.includes(asked) ? asked : null;
  return needs.find(({ role, needed, given }) => given < needed && roles.includes(role))?.role ?? roles[0] ?? null;
}

export type Frozen = Bound & { readonly state: PromotionState; readonly verdict: 'passed' | 'blocked'; readonly expiresAt: string; readonly snapshotContent: string };

const memberWords: Readonly<Record<string, string>> = {
  artifact: 'the artifact', provenance: 'provenance', signature: 'signed provenance', training: 'the training run', code: 'the code', lineage: 'lineage', data: 'data validation',
  evaluation: 'the evaluation', bias: 'bias', production: 'the version that runs there', comparison: 'the comparison with what runs there', findings: 'findings', exceptions: 'exceptions', opa: 'the answer of OPA', slsa: 'the SLSA level', assurance: 'what other sources say', metadata: 'its metadata, model card or datasheets',
};

/** What a version deployed by its own promotion changes by that: not a reason to doubt it. */
const ownEffect = ['production', 'comparison'];
/** Documents about a version that was deployed are kept up; that is no reason to doubt what was approved. */
const keptUp = ['metadata'];

/**
 * The document without what may pass without a reason to doubt a request: of one that the policy let through, the change
 * window, which is looked at when it is deployed; of one that was deployed, its own endpoint, by the same.
 */
function lasting(input: PolicyInput, { state, verdict }: Pick<Frozen, 'state' | 'verdict'>): PolicyInput {
  return { ...input, assurance: { ...input.assurance, ...(verdict === 'passed' ? { changeWindow: null } : {}), ...(state === 'deployed' ? { endpoint: null } : {}) } };
}

/** Members of the document in which two differ, in words. */
export function changedMembers(before: PolicyInput, after: PolicyInput, ignored: readonly string[] = []): string[] {
  const [left, right] = [before as unknown as Record<string, Json>, after as unknown as Record<string, Json>];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !ignored.includes(key));
  return keys.filter((key) => canonicalJson(left[key] ?? null) !== canonicalJson(right[key] ?? null)).map((key) => memberWords[key] ?? key);
}

/**
 * Why a request is stale, each reason; empty while it holds. Everything is computed again: the frozen text against its
 * digest, the verdict against the frozen text, the frozen facts against those of now.
 */
export function staleness(frozen: Frozen, current: PolicyInput, active: UsablePolicy | null, now: string): string[] {
  const reasons: string[] = [];
  if (Date.parse(frozen.expiresAt) <= Date.parse(now)) reasons.push(`it expired at ${frozen.expiresAt}`);
  if (active === null) reasons.push('no usable policy is active for the environment');
  else if (active.digest !== frozen.policyDigest) reasons.push('the policy changed since it was evaluated');
  const before = thaw(frozen.snapshotContent, frozen.snapshotDigest);
  if (before === null) return [...reasons, 'the stored evidence snapshot is not the one that was frozen'];
  if (before.artifact.digest !== frozen.artifactDigest) reasons.push('the frozen evidence is about another artifact');
  // A document that was frozen by an earlier version of the portal lacks members that have come since: nobody decided by them.
  const unknownThen = Object.keys(current).filter((key) => !Object.hasOwn(JSON.parse(frozen.snapshotContent) as object, key));
  const changed = changedMembers(lasting(before, frozen), lasting(current, frozen), [...unknownThen, ...(frozen.state === 'deployed' ? [...ownEffect, ...keptUp] : [])]);
  if (changed.length > 0) reasons.push(`evidence changed since it was frozen: ${changed.join(', ')}`);
  if (active !== null && active.digest === frozen.policyDigest && evaluatePolicy(active.content, before).verdict !== frozen.verdict) reasons.push('the recorded verdict is not the one that the policy gives');
  return reasons;
}

const worst = { failed: 0, not_evaluated: 1, passed: 2 } as const;
const level = { block: 0, warn: 1, record: 2 } as const;
/** What stands in the way first, then what did not pass, what blocks before what warns. */
export const failingFirst = (results: readonly RuleResult[]): RuleResult[] => [...results].sort((a, b) => Number(blocks(b)) - Number(blocks(a)) || worst[a.verdict] - worst[b.verdict] || level[a.level] - level[b.level]);

export const countsOf = (results: readonly Pick<RuleResult, 'verdict'>[]) => ({
  passed: results.filter(({ verdict }) => verdict === 'passed').length,
  failed: results.filter(({ verdict }) => verdict === 'failed').length,
  not_evaluated: results.filter(({ verdict }) => verdict === 'not_evaluated').length,
});

/** Whether a declared emergency lets a request be deployed now: on the same digests, in time, and not found unjustified. */
export const emergencyHolds = (emergency: { readonly artifactDigest: string; readonly snapshotDigest: string; readonly policyDigest: string; readonly expiresAt: string; readonly reviewVerdict: string | null }, bound: Pick<Bound, 'artifactDigest' | 'snapshotDigest' | 'policyDigest'>, now: string): boolean =>
  emergency.artifactDigest === bound.artifactDigest && emergency.snapshotDigest === bound.snapshotDigest && emergency.policyDigest === bound.policyDigest && Date.parse(emergency.expiresAt) > Date.parse(now) && emergency.reviewVerdict !== 'not_justified';
