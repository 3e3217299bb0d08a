// What can go wrong with people, roles and accounts.
import { failures } from '#lib/kernel/errors.ts';

export type IdentityErrorCode =
  | 'identity.wrong_credentials'
  | 'identity.throttled'
  | 'identity.unknown_person'
  | 'identity.already_exists'
  | 'identity.already_granted'
  | 'identity.standing_conflict'
  | 'identity.self_grant'
  | 'identity.last_admin'
  | 'identity.bad_token'
  | 'identity.already_done';

export const identityFailure = failures<IdentityErrorCode>();
