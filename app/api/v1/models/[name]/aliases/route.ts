// Aliases of a model.
import { route } from '#lib/http.ts';
import { listAliases } from '#lib/registry/index.ts';

export const GET = route(listAliases);
