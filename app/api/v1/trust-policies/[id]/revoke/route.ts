// POST /api/v1/trust-policies/{id}/revoke
import { revokeTrustPolicy } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(revokeTrustPolicy);
