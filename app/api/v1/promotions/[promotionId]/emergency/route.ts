// Letting a promotion through in an emergency.
import { declareEmergency } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(declareEmergency);
