// Versions of a dataset version’s own datasheet.
import { route } from '#lib/http.ts';
import { listVersionDatasheets } from '#lib/cards/index.ts';

export const GET = route(listVersionDatasheets);
