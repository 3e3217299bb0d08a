// Environments, proposed and decided on their page.
'use server';

import { action } from '#lib/http.ts';
import { confirmEnvironment, proposeEnvironment, rejectEnvironment } from '#lib/policy/index.ts';

export const propose = action(proposeEnvironment);
export const confirm = action(confirmEnvironment);
export const reject = action(rejectEnvironment);
