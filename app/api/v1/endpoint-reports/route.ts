// Reports about endpoints: list and report.
import { route } from '#lib/http.ts';
import { listEndpointReports, reportEndpoint } from '#lib/deployments/index.ts';

export const GET = route(listEndpointReports);
export const POST = route(reportEndpoint);
