// Decisions about trust policies and signers.
'use server';

import { confirmTrustPolicy, proposeTrustPolicy, rejectTrustPolicy, revokeSigner as revokeSignerCommand, revokeTrustPolicy } from '#lib/evidence/index.ts';
import { action } from '#lib/http.ts';

export const propose = action(proposeTrustPolicy);
export const confirm = action(confirmTrustPolicy);
export const reject = action(rejectTrustPolicy);
export const revoke = action(revokeTrustPolicy);
export const revokeSigner = action(revokeSignerCommand);
