// A model card: read and write.
import { route } from '#lib/http.ts';
import { getModelCard, writeModelCard } from '#lib/cards/index.ts';

export const GET = route(getModelCard);
export const POST = route(writeModelCard);
