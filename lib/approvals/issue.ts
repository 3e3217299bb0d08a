// Issues what the portal signs about a decision, in the transaction that records the decision.
import type { WriteTx } from '#lib/db/client.ts';
import { sha256, type Json } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { versionById } from '#lib/registry/index.ts';
import { approvalStatement, emergencyStatement, portalKey, signed, summaryStatement, type ApprovalFacts, type Decided, type PortalKey } from './signing.ts';
import type { Gathered } from './snapshot.ts';
import * as store from './store.ts';
import type { PromotionRow } from './store.ts';

async function decidedOf(tx: WriteTx, row: PromotionRow): Promise<Decided | null> {
  const version = await versionById(tx, row.modelVersionId);
  if (!version) return null;
  const { environment, artifactDigest, snapshotDigest, policyDigest, policyVersionId, requestedBy } = row;
  return { promotionId: row.id, modelName: version.modelName, version: version.number, environment, artifactDigest, snapshotDigest, policyDigest, policyVersionId, requestedBy };
}

async function issue(tx: WriteTx, row: PromotionRow, kind: 'approval' | 'verification_summary' | 'emergency', approvalId: string | null, make: (decided: Decided) => Json, key: PortalKey | null = portalKey()): Promise<void> {
  const decided = key ? await decidedOf(tx, row) : null;
  if (key && decided) await store.insertStatement(tx, { id: newId(), promotionId: row.id, approvalId, kind, envelope: signed(make(decided), key), keyId: key.keyId });
}

/** The approval as a signed statement. Nothing where the portal has no key. */
export const issueApproval = (tx: WriteTx, row: PromotionRow, facts: ApprovalFacts): Promise<void> => issue(tx, row, 'approval', facts.approvalId, (decided) => approvalStatement(decided, facts));

/** Every verified attestation that the facts of a request rest on, each once. */
function attestationsOf({ facts, incumbent }: Gathered): { id: string; digest: string }[] {
  const scans = facts.assurance ? [...facts.assurance.artifactScans, ...facts.assurance.containerScans] : [];
  const proofs = [...facts.provenance, ...facts.otherProvenance, ...facts.evaluations, ...facts.versions.flatMap(({ validations }) => validations), ...(incumbent?.facts.evaluations ?? []), ...scans];
  return [...new Map(proofs.map(({ evidenceId, evidenceDigest }) => [evidenceDigest, { id: evidenceId, digest: evidenceDigest }])).values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** The decision on a request as a signed verification summary, over the evidence it rests on and the statements issued before it. */
export async function issueSummary(tx: WriteTx, row: PromotionRow, outcome: 'PASSED' | 'FAILED', at: string, gathered: Gathered): Promise<void> {
  const evidence = attestationsOf(gathered).map(({ id, digest }) => ({ uri: `gatehouse:evidence/${id}`, digest }));
  const approvals = (await store.statementsOf(tx, row.id)).filter(({ kind }) => kind === 'approval').map(({ id, envelope }) => ({ uri: `gatehouse:promotions/${row.id}/statements/${id}`, digest: sha256(envelope) }));
  await issue(tx, row, 'verification_summary', null, (decided) => summaryStatement(decided, outcome, at, [...evidence, ...approvals]));
}

/** The declaration of an emergency as a signed statement. There is no verification summary of it: the policy was not met. */
export const issueEmergency = (tx: WriteTx, row: PromotionRow, facts: Parameters<typeof emergencyStatement>[1]): Promise<void> => issue(tx, row, 'emergency', null, (decided) => emergencyStatement(decided, facts));
