// Every table, for migrations and for stores.
export * from './identity.ts';
export * from './audit.ts';
export * from './environments.ts';
export * from './policy.ts';
export * from './runs.ts';
export * from './evidence.ts';
export * from './lineage.ts';
export * from './findings.ts';
export * from './inventory.ts';
export * from './registry.ts';
export * from './cards.ts';
export * from './exceptions.ts';
export * from './approvals.ts';
export * from './deployments.ts';
export * from './drift.ts';
export * from './assurance.ts';
