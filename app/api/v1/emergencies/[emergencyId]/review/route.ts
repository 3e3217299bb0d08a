// Reviewing an emergency.
import { reviewEmergency } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(reviewEmergency);
