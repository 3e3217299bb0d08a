// Confirming an exception.
import { confirmException } from '#lib/exceptions/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(confirmException);
