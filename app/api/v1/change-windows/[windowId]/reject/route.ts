// Rejecting a change window.
import { route } from '#lib/http.ts';
import { rejectWindow } from '#lib/windows/index.ts';

export const POST = route(rejectWindow);
