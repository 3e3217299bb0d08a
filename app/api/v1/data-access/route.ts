// Serves the data inventory: listDataAccess.
import { route } from '#lib/http.ts';
import { listDataAccess } from '#lib/inventory/index.ts';

export const GET = route(listDataAccess);
