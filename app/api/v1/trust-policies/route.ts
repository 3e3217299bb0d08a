// GET and POST /api/v1/trust-policies
import { listTrustPolicies, proposeTrustPolicy } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(listTrustPolicies);
export const POST = route(proposeTrustPolicy);
