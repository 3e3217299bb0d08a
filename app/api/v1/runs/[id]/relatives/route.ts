import { route } from '#lib/http.ts';
import { getRunRelatives } from '#lib/runs/index.ts';

export const GET = route(getRunRelatives);
