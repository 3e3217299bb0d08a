// Roles lent during absence.
import { delegateRole, listDelegations } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(listDelegations);
export const POST = route(delegateRole);
