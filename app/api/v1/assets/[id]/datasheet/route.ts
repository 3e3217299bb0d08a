// A dataset’s datasheet: read and write.
import { route } from '#lib/http.ts';
import { getDatasheet, writeDatasheet } from '#lib/cards/index.ts';

export const GET = route(getDatasheet);
export const POST = route(writeDatasheet);
