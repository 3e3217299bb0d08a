// What a text would be as a document.
import { route } from '#lib/http.ts';
import { previewCard } from '#lib/cards/index.ts';

export const POST = route(previewCard);
