// A datasheet as a file.
import { route } from '#lib/http.ts';
import { exportDatasheet } from '#lib/cards/index.ts';

export const GET = route(exportDatasheet);
