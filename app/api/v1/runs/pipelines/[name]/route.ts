import { route } from '#lib/http.ts';
import { getPipeline } from '#lib/runs/index.ts';

export const GET = route(getPipeline);
