// Writing a model card on its page.
'use server';

import { writeModelCard } from '#lib/cards/index.ts';
import { action } from '#lib/http.ts';

export const write = action(writeModelCard);
