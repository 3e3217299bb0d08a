// Serves the data inventory: listSources, proposeSource.
import { route } from '#lib/http.ts';
import { listSources, proposeSource } from '#lib/inventory/index.ts';

export const GET = route(listSources);
export const POST = route(proposeSource);
