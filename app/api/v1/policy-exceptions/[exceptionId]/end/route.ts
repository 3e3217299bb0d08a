// Rejecting or revoking an exception.
import { endException } from '#lib/exceptions/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(endException);
