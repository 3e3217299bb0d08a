// Change windows: list and propose.
import { route } from '#lib/http.ts';
import { listWindows, proposeWindow } from '#lib/windows/index.ts';

export const GET = route(listWindows);
export const POST = route(proposeWindow);
