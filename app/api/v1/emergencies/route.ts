// Emergencies to be reviewed.
import { listEmergencies } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const GET = route(listEmergencies);
