// Writing a datasheet on its page.
'use server';

import { writeDatasheet, writeVersionDatasheet } from '#lib/cards/index.ts';
import { action } from '#lib/http.ts';

export const writeOfName = action(writeDatasheet);
export const writeOfVersion = action(writeVersionDatasheet);
