// Wire types of a run's environment. Safe for the browser.
import { z } from 'zod';
import { digest, id } from '#lib/kernel/wire.ts';
import { environmentRequirements } from './pod.ts';

export const environmentCheck = z.object({
  name: z.string().describe('Stable name, see docs/verification.md.'),
  requirement: z.enum(environmentRequirements),
  standard: z.enum(['baseline', 'restricted']).nullable().describe('The profile of the Pod Security Standards that asks for it; null where Gatehouse does.'),
  verdict: z.enum(['passed', 'failed', 'not_evaluated']),
  expected: z.string(),
  actual: z.string(),
});
export type EnvironmentCheck = z.infer<typeof environmentCheck>;

const reference = z.object({ label: z.string(), href: z.string() });

export const requirementView = z.object({
  requirement: z.enum(environmentRequirements),
  title: z.string(),
  verdict: z.enum(['passed', 'failed', 'not_evaluated', 'stale']).describe('`stale`: it was proven by a signature that counts no more.'),
  strength: z.enum(['proven', 'claimed', 'missing', 'contradicted']).describe('`proven`: by an attestation that holds now. `claimed`: by a report or an event. `contradicted`: an attestation says that it holds, a report that it does not.'),
  expected: z.string(),
  actual: z.string(),
  references: z.array(reference),
});

export const environmentSource = z.object({
  kind: z.enum(['attestation', 'provenance', 'report', 'events']),
  standing: z.enum(['proven', 'claimed', 'stale']),
  at: z.string(),
  label: z.string(),
  href: z.string(),
  checks: z.array(environmentCheck),
});

export const trainingControl = z.object({
  control: z.enum(['isolated_environment', 'audit_logging', 'checkpointing', 'secrets_management']),
  title: z.string(),
  verdict: z.enum(['passed', 'failed', 'not_evaluated', 'stale']),
  strength: z.enum(['proven', 'claimed', 'missing', 'contradicted']),
  actual: z.string(),
  href: z.string(),
});
export type TrainingControl = z.infer<typeof trainingControl>;

export const runEnvironmentView = z.object({
  runId: z.string(),
  requirements: z.array(requirementView).describe('One verdict for each requirement, from all sources.'),
  restricted: z.boolean().nullable().describe('Whether every pod that is known of the run meets the profile “restricted” of the Pod Security Standards; null where no pod is known.'),
  sources: z.array(environmentSource).describe('What each source says, check by check; at most 50.'),
  controls: z.array(trainingControl).describe('The controls of the training stage.'),
});
export type RunEnvironmentView = z.infer<typeof runEnvironmentView>;

const document = z.record(z.string(), z.unknown());

export const reportEnvironmentInput = z.strictObject({
  id,
  pod: document.describe('The Pod or its PodSpec, v1 JSON, as the cluster has it.'),
  networkPolicies: z.array(document).max(200).nullable().default(null).describe('NetworkPolicy objects of its namespace; leave out where they are not known, an empty list says that there are none.'),
  imageDigest: digest.nullable().default(null).describe('Digest of the image that the run is said to use.'),
});

export const environmentReported = z.object({ reportId: z.string(), digest: z.string(), known: z.boolean().describe('The same report was there before.'), checks: z.array(environmentCheck) });
export type EnvironmentReported = z.infer<typeof environmentReported>;
