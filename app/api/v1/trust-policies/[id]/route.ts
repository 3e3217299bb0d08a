// GET /api/v1/trust-policies/{id}
import { getTrustPolicy } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(getTrustPolicy);
