// Serves the data inventory: approveSource.
import { route } from '#lib/http.ts';
import { approveSource } from '#lib/inventory/index.ts';

export const POST = route(approveSource);
