// Serves the data inventory: listValidations, submitValidation.
import { route } from '#lib/http.ts';
import { listValidations, submitValidation } from '#lib/inventory/index.ts';

export const GET = route(listValidations);
export const POST = route(submitValidation);
