// POST /api/v1/trust-policies/{id}/reject
import { rejectTrustPolicy } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(rejectTrustPolicy);
