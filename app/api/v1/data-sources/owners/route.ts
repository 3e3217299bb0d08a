// Serves the data inventory: listSourceOwners.
import { route } from '#lib/http.ts';
import { listSourceOwners } from '#lib/inventory/index.ts';

export const GET = route(listSourceOwners);
