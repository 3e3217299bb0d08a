// Change windows, proposed and decided on their page.
'use server';

import { action } from '#lib/http.ts';
import { confirmWindow, proposeWindow, rejectWindow } from '#lib/windows/index.ts';

export const propose = action(proposeWindow);
export const confirm = action(confirmWindow);
export const reject = action(rejectWindow);
