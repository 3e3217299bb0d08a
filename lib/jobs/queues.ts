// The queues of background work: events that lower domains publish for higher ones.

/** Every event of the outbox, by name, with its payload: ids only, so that a handler reads what is true when it runs. */
export type OutboxEvents = {
  'evidence.verified': { evidenceId: string; verificationId: string };
  /** A key or a policy was confirmed, revoked or retired, or a signer was revoked. */
  'evidence.trust_changed': { teamId: string; cause: 'trust_key' | 'trust_policy' | 'trust_revocation'; causeId: string };
  /** More evidence is affected by a change of trust than the change could verify again itself; or an earlier job left the rest. */
  'evidence.sweep_due': { sweepId: string };
  /** A row of evidence or of its verification was found to differ from the audit log. */
  'evidence.record_doubted': { evidenceId: string };
  'lineage.contradiction_recorded': { contradictionId: string };
  /** A model got a new version. */
  'registry.version_published': { modelVersionId: string };
  'runs.run_failed': { runId: string };
  /** Runs were reported where somebody keeps a data inventory: what they read and produced is judged. */
  'inventory.runs_reported': { runIds: string[] };
  /** A data source was written, approved or withdrawn, or its approval reached its end. */
  'inventory.source_changed': { sourceId: string };
  /** A policy became the active one of its environment. */
  'policy.activated': { policyVersionId: string };
  /** The deadline by which an emergency was to be reviewed. */
  'approvals.emergency_review_due': { emergencyId: string };
  /** An exception came into force, was revoked, or reached its end. */
  'exceptions.changed': { modelVersionId: string; environment: string };
  /** An environment was made, or is now something else. */
  'policy.environment_changed': { environment: string };
  /** An incident was opened or closed. */
  'incidents.changed': { incidentId: string };
};
export type OutboxEventName = keyof OutboxEvents;

export const outboxEventNames = ['evidence.verified', 'evidence.trust_changed', 'evidence.sweep_due', 'evidence.record_doubted', 'lineage.contradiction_recorded', 'registry.version_published', 'runs.run_failed', 'inventory.runs_reported', 'inventory.source_changed', 'policy.activated', 'approvals.emergency_review_due', 'exceptions.changed', 'policy.environment_changed', 'incidents.changed'] as const satisfies readonly OutboxEventName[];

const options = { retryLimit: 10, retryDelay: 2, retryBackoff: true, expireInSeconds: 300 };

export const queues = outboxEventNames.map((name) => ({ name, options }));
