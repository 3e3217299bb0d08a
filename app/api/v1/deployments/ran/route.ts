// What ran on a day.
import { route } from '#lib/http.ts';
import { whatRan } from '#lib/deployments/index.ts';

export const GET = route(whatRan);
