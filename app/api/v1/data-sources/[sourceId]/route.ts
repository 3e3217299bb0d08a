// Serves the data inventory: changeSource, getSource.
import { route } from '#lib/http.ts';
import { changeSource, getSource } from '#lib/inventory/index.ts';

export const GET = route(getSource);
export const PUT = route(changeSource);
