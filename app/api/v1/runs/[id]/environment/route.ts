import { getRunEnvironment, reportEnvironment } from '#lib/evidence/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(getRunEnvironment);
export const POST = route(reportEnvironment);
