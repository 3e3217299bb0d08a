// A compiled policy by its digest.
import { route } from '#lib/http.ts';
import { getBundle } from '#lib/policy/index.ts';

export const GET = route(getBundle);
