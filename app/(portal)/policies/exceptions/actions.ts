// Exceptions from rules, asked for and decided on their page and on that of a request.
'use server';

import { confirmException, endException, proposeException } from '#lib/exceptions/index.ts';
import { action } from '#lib/http.ts';

export const propose = action(proposeException);
export const confirm = action(confirmException);
export const end = action(endException);
