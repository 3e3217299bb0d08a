// What callers can meet in the domain of evidence.
import { failures } from '#lib/kernel/errors.ts';

export type EvidenceErrorCode =
  | 'evidence.empty'
  | 'evidence.unsupported_media_type'
  | 'evidence.unsuitable_key'
  | 'evidence.key_known'
  | 'evidence.key_was_revoked'
  | 'evidence.second_person'
  | 'evidence.wrong_state'
  | 'evidence.too_deep'
  | 'evidence.too_many_environments'
  | 'evidence.unsuitable_policy'
  | 'evidence.policy_proposed'
  | 'evidence.policy_unchanged'
  | 'evidence.policy_collides'
  | 'evidence.policy_changed'
  | 'evidence.signer_revoked';

export const evidenceFailure = failures<EvidenceErrorCode>();
