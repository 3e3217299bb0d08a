// Confirming a proposed environment or change.
import { route } from '#lib/http.ts';
import { confirmEnvironment } from '#lib/policy/index.ts';

export const POST = route(confirmEnvironment);
