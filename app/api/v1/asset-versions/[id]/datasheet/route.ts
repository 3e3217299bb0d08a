// A dataset version’s datasheet: read and write.
import { route } from '#lib/http.ts';
import { getVersionDatasheet, writeVersionDatasheet } from '#lib/cards/index.ts';

export const GET = route(getVersionDatasheet);
export const POST = route(writeVersionDatasheet);
