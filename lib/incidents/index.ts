// Incidents: public face of the domain.
export { closeIncident, noteIncident, openIncident } from './commands.ts';
export { getIncident, listIncidents, openIncidentsFor } from './queries.ts';
export * from './schema.ts';
