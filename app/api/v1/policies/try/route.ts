// Trying a policy on a document.
import { route } from '#lib/http.ts';
import { tryPolicy } from '#lib/policy/index.ts';

export const POST = route(tryPolicy);
