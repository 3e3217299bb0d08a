import { route } from '#lib/http.ts';
import { getRunTree } from '#lib/runs/index.ts';

export const GET = route(getRunTree);
