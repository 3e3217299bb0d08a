// One alias: where it points, and moving it.
import { route } from '#lib/http.ts';
import { resolveAlias, setModelAlias } from '#lib/registry/index.ts';

export const GET = route(resolveAlias);
export const PUT = route(setModelAlias);
