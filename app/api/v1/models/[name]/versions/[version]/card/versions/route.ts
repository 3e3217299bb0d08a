// Versions of a model card.
import { route } from '#lib/http.ts';
import { listModelCards } from '#lib/cards/index.ts';

export const GET = route(listModelCards);
