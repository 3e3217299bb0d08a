// Rejecting a proposed environment or change.
import { route } from '#lib/http.ts';
import { rejectEnvironment } from '#lib/policy/index.ts';

export const POST = route(rejectEnvironment);
