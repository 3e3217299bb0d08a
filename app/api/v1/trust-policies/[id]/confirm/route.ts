// POST /api/v1/trust-policies/{id}/confirm
import { confirmTrustPolicy } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(confirmTrustPolicy);
