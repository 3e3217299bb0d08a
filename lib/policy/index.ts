// Policies: public face of the domain.
export { activePolicy, policyById, type UsablePolicy } from './active.ts';
export { confirmPolicy, proposePolicy, rejectPolicy } from './commands.ts';
export { policyDigest } from './digest.ts';
export { blocks, evaluatePolicy } from './domain.ts';
export { assuranceDefaults } from './assurance-defaults.ts';
export { nothingKnown, policyInput, type PolicyInput } from './input.ts';
export { ensureShippedPolicies } from './install.ts';
export { activeApprovalEnvironments, describePolicyInput, getPolicy, listPolicies } from './queries.ts';
export { largestBundle } from './bundle-archive.ts';
export { getBundle, uploadBundle } from './bundle-commands.ts';
export { withOpa } from './with-opa.ts';
export { loosened, type PolicyScope, type PolicySubject } from './scope.ts';
export { shippedPolicies, strictProduction } from './shipped.ts';
export { exampleInput } from './example.ts';
export { runPolicyTests } from './tests.ts';
export { tryPolicy } from './try.ts';
export { documentedPaths } from './shape.ts';
export * from './schema.ts';
