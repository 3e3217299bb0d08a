// Commenting on a promotion request.
import { commentPromotion } from '#lib/approvals/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(commentPromotion);
