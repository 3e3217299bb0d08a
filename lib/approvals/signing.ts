// The portal's own key, and what it signs about decisions: each approval as an in-toto statement, each decision as a SLSA verification summary.
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { settings } from '#lib/env.ts';
import { encodeEnvelope, IN_TOTO_PAYLOAD_TYPE, keyIdOf, pae, STATEMENT_TYPE } from '#lib/evidence/index.ts';
import { canonicalJson, type Json } from '#lib/kernel/canonical-json.ts';

export const APPROVAL_TYPE = 'https://gatehouse.dev/predicates/approval/v1';
export const EMERGENCY_TYPE = 'https://gatehouse.dev/predicates/emergency/v1';
export const SUMMARY_TYPE = 'https://slsa.dev/verification_summary/v1';
const VERIFIER = 'https://gatehouse.dev/portal/v1';

export type PortalKey = { readonly privateKey: KeyObject; readonly publicKeyPem: string; readonly keyId: string };

/** The key of `GATEHOUSE_SIGNING_KEY` (base64 of a PKCS #8 document, ECDSA P-256); null where none is configured. Throws on one of another kind. */
export function portalKey(): PortalKey | null {
  const text = settings().GATEHOUSE_SIGNING_KEY;
  return text === undefined ? null : readPortalKey(text);
}

export function readPortalKey(text: string): PortalKey {
  const privateKey = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
  if (privateKey.asymmetricKeyType !== 'ec' || privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('GATEHOUSE_SIGNING_KEY is not an ECDSA P-256 key');
  return { privateKey, publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(), keyId: keyIdOf(privateKey) };
}

/** What was decided on, by digests. */
export type Decided = {
  readonly promotionId: string;
  readonly modelName: string;
  readonly version: number;
  readonly environment: string;
  readonly artifactDigest: string;
  readonly snapshotDigest: string;
  readonly policyDigest: string;
  readonly policyVersionId: string;
  readonly requestedBy: string;
};

const hex = (digest: string) => ({ sha256: digest.replace('sha256:', '') });
const statement = ({ modelName, version, artifactDigest }: Decided, predicateType: string, predicate: Json): Json => ({ _type: STATEMENT_TYPE, subject: [{ name: `${modelName} ${version}`, digest: hex(artifactDigest) }], predicateType, predicate });
const request = ({ promotionId, environment, snapshotDigest, policyDigest, requestedBy }: Decided) => ({ promotionId, environment, evidenceSnapshot: { digest: hex(snapshotDigest) }, policy: { digest: hex(policyDigest) }, requestedBy: { personId: requestedBy } });

export type ApprovalFacts = { readonly approvalId: string; readonly personId: string; readonly onBehalfOf: string | null; readonly role: string; readonly verdict: 'approve' | 'reject'; readonly comment: string; readonly at: string };

/** One person's approval or rejection, bound to artifact, evidence and policy. People by id: names change. */
export const approvalStatement = (decided: Decided, { approvalId, personId, onBehalfOf, role, verdict, comment, at }: ApprovalFacts): Json =>
  statement(decided, APPROVAL_TYPE, { approvalId, verdict, role, person: { personId }, onBehalfOf: onBehalfOf === null ? null : { personId: onBehalfOf }, comment, decidedOn: at, request: request(decided) });

/** A declared emergency: what let the artifact pass without the approvals of its policy. */
export const emergencyStatement = (decided: Decided, { emergencyId, personId, reason, at, expiresAt, reviewDueAt }: { readonly emergencyId: string; readonly personId: string; readonly reason: string; readonly at: string; readonly expiresAt: string; readonly reviewDueAt: string }): Json =>
  statement(decided, EMERGENCY_TYPE, { emergencyId, declaredBy: { personId }, reason, declaredOn: at, expiresOn: expiresAt, reviewDueOn: reviewDueAt, request: request(decided) });

/** An attestation that was looked at: where it is, and the digest of its bytes. */
export type InputAttestation = { readonly uri: string; readonly digest: string };

/**
 * The decision as a verification summary (slsa.dev/spec/v1.1/verification_summary, whose predicate type is that of v1.0).
 *
 * `resourceUri` names the environment, so that a summary for one cannot pass as one for another. `inputAttestations` are
 * all attestations that were used: verified evidence and the signed approvals. The frozen document is none, so it
 * stands in an extension field. `verifiedLevels` say what the portal decided, and claim no level of the SLSA build track:
 * the portal's own level asks for less than that track does of the build platform.
 */
export const summaryStatement = (decided: Decided, outcome: 'PASSED' | 'FAILED', at: string, attestations: readonly InputAttestation[]): Json =>
  statement(decided, SUMMARY_TYPE, {
    verifier: { id: VERIFIER },
    timeVerified: at,
    resourceUri: `gatehouse:environments/${decided.environment}/models/${encodeURIComponent(decided.modelName)}/versions/${decided.version}`,
    policy: { uri: `gatehouse:policies/${decided.policyVersionId}`, digest: hex(decided.policyDigest) },
    inputAttestations: attestations.map(({ uri, digest }) => ({ uri, digest: hex(digest) })),
    verificationResult: outcome,
    verifiedLevels: outcome === 'PASSED' ? ['SLSA_BUILD_LEVEL_UNEVALUATED', `GATEHOUSE_PROMOTED_${decided.environment.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`] : ['FAILED'],
    slsaVersion: '1.1',
    'https://gatehouse.dev/predicates/evidence-snapshot/v1': { uri: `gatehouse:promotions/${decided.promotionId}/snapshot`, digest: hex(decided.snapshotDigest) },
  });

/** A DSSE envelope over the canonical JSON of a statement. */
export function signed(content: Json, key: PortalKey): string {
  const payload = new TextEncoder().encode(canonicalJson(content));
  const sig = sign('sha256', pae(IN_TOTO_PAYLOAD_TYPE, payload), { key: key.privateKey, dsaEncoding: 'der' });
  return encodeEnvelope({ payloadType: IN_TOTO_PAYLOAD_TYPE, payload, signatures: [{ keyid: key.keyId, sig }] });
}
