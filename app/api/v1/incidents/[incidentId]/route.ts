// One incident.
import { route } from '#lib/http.ts';
import { getIncident } from '#lib/incidents/index.ts';

export const GET = route(getIncident);
