// Environments: list and propose.
import { route } from '#lib/http.ts';
import { listEnvironments, proposeEnvironment } from '#lib/policy/index.ts';

export const GET = route(listEnvironments);
export const POST = route(proposeEnvironment);
