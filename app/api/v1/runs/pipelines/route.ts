import { route } from '#lib/http.ts';
import { listPipelinePage } from '#lib/runs/index.ts';

export const GET = route(listPipelinePage);
