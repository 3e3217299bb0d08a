// Incidents: list and open.
import { route } from '#lib/http.ts';
import { listIncidents, openIncident } from '#lib/incidents/index.ts';

export const GET = route(listIncidents);
export const POST = route(openIncident);
