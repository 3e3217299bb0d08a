// A signed statement about a decision.
import { getStatement } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(getStatement);
