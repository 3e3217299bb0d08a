// Exceptions from rules: list and propose.
import { listExceptions, proposeException } from '#lib/exceptions/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(listExceptions);
export const POST = route(proposeException);
