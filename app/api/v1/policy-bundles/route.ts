// Compiled policies: upload.
import { route } from '#lib/http.ts';
import { uploadBundle } from '#lib/policy/index.ts';

export const POST = route(uploadBundle);
