// The queues of background work: events that lower domains publish for higher ones.

/** Every event of the outbox, by name, with its payload: ids only, so that a handler reads what is true when it runs. */
export type OutboxEvents = {
  'evidence.verified': { evidenceId: string; verificationId: string };
  /** A key or a policy was confirmed, revoked or retired, or a signer was revoked. */
  'evidence.trust_changed': { teamId: string; cause: 'trust_key' | 'trust_policy' | 'trust_revocation'; causeId: string };
  /** More evidence is affected by a change of trust than the change could verify again itself; or an earlier job left the rest. */
  'evidence.sweep_due': { sweepId: string };
  'lineage.contradiction_recorded': { contradictionId: string };
  'runs.run_failed': { runId: string };
  /** A policy became the active one of its environment. */
  'policy.activated': { policyVersionId: string };
  /** The deadline by which an emergency was to be reviewed. */
  'approvals.emergency_review_due': { emergencyId: string };
  /** An exception came into force, was revoked, or reached its end. */
  'exceptions.changed': { modelVersionId: string; environment: 'sandbox' | 'staging' | 'production' };
};
export type OutboxEventName = keyof OutboxEvents;

export const outboxEventNames = ['evidence.verified', 'evidence.trust_changed', 'evidence.sweep_due', 'lineage.contradiction_recorded', 'runs.run_failed', 'policy.activated', 'approvals.emergency_review_due', 'exceptions.changed'] as const satisfies readonly OutboxEventName[];

const options = { retryLimit: 10, retryDelay: 2, retryBackoff: true, expireInSeconds: 300 };

export const queues = outboxEventNames.map((name) => ({ name, options }));
