// Closing an incident.
import { route } from '#lib/http.ts';
import { closeIncident } from '#lib/incidents/index.ts';

export const POST = route(closeIncident);
