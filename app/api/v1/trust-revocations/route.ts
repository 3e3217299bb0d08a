// GET and POST /api/v1/trust-revocations
import { listRevocations, revokeSigner } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(listRevocations);
export const POST = route(revokeSigner);
