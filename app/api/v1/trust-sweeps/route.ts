// GET /api/v1/trust-sweeps
import { listSweeps } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(listSweeps);
