// What the checks of a verification are called, what to do when one fails, and what predicates are called. Pure.
import type { Check as CheckResult } from '#lib/evidence/schema.ts';

type Words = { readonly title: string; readonly remedy?: string };

const checks: Record<string, Words> = {
  bytes_unchanged: { title: 'Unchanged since it was received', remedy: 'Something was changed in the database: restore it from a backup and find out who could.' },
  envelope_well_formed: { title: 'Envelope is well formed' },
  key_or_chain: { title: 'Key or certificate chain', remedy: 'If the key is the pipeline’s own, propose it under Settings, Trust keys, and have a second person confirm it.' },
  log_inclusion: { title: 'Inclusion in a transparency log' },
  time_in_validity: { title: 'Time lies in the validity' },
  not_revoked: { title: 'Not revoked', remedy: 'Build again with a key that is trusted; nothing that a revoked key signed counts.' },
  further_signatures: { title: 'Further signatures' },
  bytes: { title: 'Stored bytes are those received', remedy: 'The row was changed in the database: restore it from a backup and find out who could.' },
  json: { title: 'Unambiguous JSON' },
  envelope: { title: 'DSSE envelope' },
  payload_type: { title: 'Payload type' },
  base64: { title: 'Canonical base64' },
  payload_json: { title: 'Unambiguous JSON inside' },
  statement: { title: 'in-toto statement' },
  subject_digests: { title: 'Every subject has a SHA-256' },
  predicate: { title: 'Predicate fits its type' },
  signatures: { title: 'Signatures' },
  trusted_signer: { title: 'Signed by a trusted key', remedy: 'If the key is the pipeline’s own, propose it under Settings, Trust keys, and have a second person confirm it.' },
  trust_policy: { title: 'One trust policy decides', remedy: 'See Settings, Trust policies: the policy has ended, was revoked, cannot be read, or two are equally narrow.' },
  builder: { title: 'Builder allowed for this key', remedy: 'Compare builder.id with what the key may speak for under Settings, Trust keys.' },
  parameters_complete: { title: 'Parameters are complete' },
  media_type: { title: 'Version of the bundle' },
  bundle: { title: 'Fields of the bundle' },
  bundle_version: { title: 'What its version demands' },
  trusted_root: { title: 'Trusted Sigstore root' },
  signer: { title: 'Kind of signer', remedy: 'No policy of this team trusts certificates or identities: propose one under Settings, Trust policies, or sign with a trusted key.' },
  signature: { title: 'Signature', remedy: 'The content, the signature or the key is another: compare what was sent with what was received.' },
  timestamp: { title: 'Timestamp' },
  signing_time: { title: 'Time of signing' },
  certificate: { title: 'Certificate of the signer' },
  certificate_chain: { title: 'Chain to a trusted authority' },
  certificate_time: { title: 'Certificate valid when signed' },
  certificate_purpose: { title: 'Certificate is for signing' },
  certificate_log: { title: 'Certificate is in a certificate log' },
  identity: { title: 'Identity of the signer' },
  log_entry: { title: 'Log entry is about this signature' },
  log_known: { title: 'Log is trusted' },
  log_time: { title: 'Log is trusted at that time' },
  inclusion_promise: { title: 'Promise of the log' },
  inclusion_proof: { title: 'Proof of inclusion' },
  checkpoint: { title: 'Checkpoint of the log' },
  model_manifest: { title: 'List of the model’s files' },
  model_root: { title: 'Digest of the whole model' },
  checksums: { title: 'List of checksums' },
  subjects_known: { title: 'Subjects are known here' },
  run_known: { title: 'Run is known here' },
  audit_record: { title: 'Digest agrees with the audit log', remedy: 'The row no longer agrees with the audit log: treat the database as compromised.' },
  sealed_record: { title: 'Record agrees with the audit log', remedy: 'A column of this evidence or of its verification was changed in the database: treat it as compromised, restore the row, and find out who could.' },
  recorded_verdict: { title: 'Recorded verdict holds now' },
};

/** A check by its name; an unknown one is called by its own name. */
export function checkWords(name: string): Words {
  const signature = /^signature_(\d+)$/.exec(name);
  if (signature) return { title: `Signature ${signature[1] ?? ''}`, remedy: 'Compare what was sent with what was received; if they agree, somebody pretends to hold the key: revoke it.' };
  const signer = /^signer_(\d+)$/.exec(name);
  if (signer) return { title: `Signer ${signer[1] ?? ''}` };
  return Object.hasOwn(checks, name) ? (checks[name] ?? { title: name }) : { title: name.replaceAll('_', ' ') };
}

/** What CheckList shows of a check. */
export const shownCheck = ({ name, verdict, expected, actual }: CheckResult) => {
  const { title, remedy } = checkWords(name);
  return { id: name, name: title, verdict, expected, actual, ...(verdict === 'failed' && remedy !== undefined ? { reason: remedy } : {}) };
};

const predicates: Record<string, string> = {
  'https://slsa.dev/provenance/v1': 'Provenance',
  'https://slsa.dev/provenance/v0.2': 'Provenance (v0.2)',
  'https://gatehouse.dev/predicates/environment/v1': 'Environment',
  'https://in-toto.io/attestation/test-result/v0.1': 'Validation',
  'https://gatehouse.dev/predicates/evaluation/v1': 'Evaluation',
  'https://model_signing/signature/v1.0': 'Model signature',
};

/** A predicate's short name; an unknown type is its own name. */
export const predicateWord = (type: string | null): string => (type === null ? 'Unreadable statement' : (predicates[type] ?? type));

export const knownPredicates = Object.entries(predicates).map(([value, label]) => ({ value, label }));
