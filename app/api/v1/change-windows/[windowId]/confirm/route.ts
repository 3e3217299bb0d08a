// Confirming a change window.
import { route } from '#lib/http.ts';
import { confirmWindow } from '#lib/windows/index.ts';

export const POST = route(confirmWindow);
