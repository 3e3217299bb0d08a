// The metadata of a model version.
import { route } from '#lib/http.ts';
import { getVersionMetadata } from '#lib/registry/index.ts';

export const GET = route(getVersionMetadata);
