import { route } from '#lib/http.ts';
import { getColumns } from '#lib/lineage/index.ts';

export const GET = route(getColumns);
