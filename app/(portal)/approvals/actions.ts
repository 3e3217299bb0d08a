// Decisions on promotion requests and what surrounds them, started from their pages.
'use server';

import { commentPromotion, decideOnBehalf, decidePromotion, declareEmergency, delegateRole, endDelegation, reviewEmergency, revokeApproval, withdrawPromotion } from '#lib/approvals/index.ts';
import { action } from '#lib/http.ts';

export const decide = action(decidePromotion);
export const withdraw = action(withdrawPromotion);
export const decideLent = action(decideOnBehalf);
export const comment = action(commentPromotion);
export const revoke = action(revokeApproval);
export const declare = action(declareEmergency);
export const review = action(reviewEmergency);
export const lend = action(delegateRole);
export const endLoan = action(endDelegation);
