// A model card as a file.
import { route } from '#lib/http.ts';
import { exportModelCard } from '#lib/cards/index.ts';

export const GET = route(exportModelCard);
