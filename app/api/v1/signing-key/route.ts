// The public key by which the portal signs decisions.
import { getSigningKey } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(getSigningKey);
