// Incidents: opened on their list, noted and closed on their page.
'use server';

import { action } from '#lib/http.ts';
import { closeIncident, noteIncident, openIncident } from '#lib/incidents/index.ts';

export const open = action(openIncident);
export const note = action(noteIncident);
export const close = action(closeIncident);
