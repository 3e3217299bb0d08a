// Versions of a dataset’s datasheet.
import { route } from '#lib/http.ts';
import { listDatasheets } from '#lib/cards/index.ts';

export const GET = route(listDatasheets);
