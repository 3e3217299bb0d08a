// Deployments and deploy decisions: public face of the domain.
export { admissionAt, askAdmission } from './admission.ts';
export { type Answering, answering, askDeploy, decideDeploy, flushAnswers, makeAnswering, oldestMilliseconds } from './answering.ts';
export { recordDeployment } from './commands.ts';
export { listEndpointReports, reportEndpoint } from './endpoints.ts';
export { currentDeployments, listDeployDecisions, listDeployments } from './queries.ts';
export * from './schema.ts';
export { ranStretch, whatRan, type RanStretch } from './ran.ts';
