// Data sources, proposed on their list and decided on their own page.
'use server';

import { action } from '#lib/http.ts';
import { approveSource, changeSource, proposeSource, withdrawSource } from '#lib/inventory/index.ts';

export const propose = action(proposeSource);
export const change = action(changeSource);
export const approve = action(approveSource);
export const withdraw = action(withdrawSource);
