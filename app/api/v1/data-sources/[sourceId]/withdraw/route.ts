// Serves the data inventory: withdrawSource.
import { route } from '#lib/http.ts';
import { withdrawSource } from '#lib/inventory/index.ts';

export const POST = route(withdrawSource);
