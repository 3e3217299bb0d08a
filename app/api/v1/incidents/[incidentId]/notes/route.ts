// Notes on an incident.
import { route } from '#lib/http.ts';
import { noteIncident } from '#lib/incidents/index.ts';

export const POST = route(noteIncident);
