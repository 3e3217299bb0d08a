// Ending a delegation.
import { endDelegation } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(endDelegation);
