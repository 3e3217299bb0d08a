// What a policy would have decided on past requests.
import { dryRunPolicy } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(dryRunPolicy);
