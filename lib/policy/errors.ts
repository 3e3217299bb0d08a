// What can be wrong with a request about policies.
import { failures } from '#lib/kernel/errors.ts';

export const policyFailure = failures<'policy.unsuitable' | 'policy.already_active' | 'policy.not_proposed' | 'policy.changed' | 'policy.needs_second_person' | 'policy.loosens' | 'policy.unknown_scope' | 'policy.unknown_environment' | 'policy.unusable_bundle'>();
