// The validating admission webhook of Kubernetes.
import { askAdmission } from '#lib/deployments/index.ts';
import { route } from '#lib/http.ts';

export const POST = route(askAdmission);
