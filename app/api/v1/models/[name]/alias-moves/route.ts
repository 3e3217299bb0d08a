// Every move of a model’s aliases.
import { route } from '#lib/http.ts';
import { listAliasMoves } from '#lib/registry/index.ts';

export const GET = route(listAliasMoves);
