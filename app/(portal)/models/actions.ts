// What the pages of models can start.
'use server';

import { requestPromotion } from '#lib/approvals/index.ts';
import { action } from '#lib/http.ts';
import { setModelAlias } from '#lib/registry/index.ts';

export const askForPromotion = action(requestPromotion);
export const setAlias = action(setModelAlias);
