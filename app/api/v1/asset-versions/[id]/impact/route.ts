import { route } from '#lib/http.ts';
import { getImpact } from '#lib/impact/index.ts';

export const GET = route(getImpact);
