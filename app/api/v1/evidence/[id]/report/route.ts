// GET /api/v1/evidence/{id}/report
import { getVerificationReport } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(getVerificationReport);
