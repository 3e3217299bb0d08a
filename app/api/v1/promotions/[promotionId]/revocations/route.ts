// Taking one’s own approval back.
import { revokeApproval } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(revokeApproval);
