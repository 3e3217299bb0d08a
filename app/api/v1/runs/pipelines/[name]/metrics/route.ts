import { route } from '#lib/http.ts';
import { getMetricHistory } from '#lib/runs/index.ts';

export const GET = route(getMetricHistory);
