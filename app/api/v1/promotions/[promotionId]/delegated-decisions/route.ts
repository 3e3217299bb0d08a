// Deciding by a role that was lent.
import { decideOnBehalf } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(decideOnBehalf);
