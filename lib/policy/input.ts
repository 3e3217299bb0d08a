// The input document of every policy: the frozen facts about one model version and one environment.
//
// It holds nothing that changes without a reason (no clock, no counters of use), since its digest is what people
// approve: the same facts give the same bytes. What is unknown is null, never left out and never guessed.
import { z } from 'zod';

const digest = z.string();
const strength = z.enum(['proven', 'claimed']).nullable().describe('proven: a verified attestation says so. claimed: only an event says so. null: nobody does.');

const metric = z.object({
  name: z.string(),
  slice: z.string().nullable().describe('The part of the dataset, e.g. origin_region=West; null for all of it.'),
  value: z.number(),
  sampleCount: z.number(),
  higherIsBetter: z.boolean().nullable(),
});

const source = z.object({
  name: z.string(),
  digest: digest.nullable(),
  validation: z
    .object({
      results: z.array(z.string()).describe('The results of its verified test-result attestations, each once, sorted.'),
      passed: z.boolean().describe('The newest verified result is PASSED, and every test that ever failed has passed since.'),
      evidence: z.array(digest).describe('Digests of the attestations.'),
    })
    .nullable()
    .describe('null: no verified test result.'),
});

const exception = z.object({
  id: z.string(),
  ruleId: z.string(),
  expiresAt: z.string(),
  reason: z.string(),
  proposedBy: z.string().describe('Id of the person who asked for it.'),
  confirmedBy: z.string().describe('Id of the second person, of security.'),
});

const finding = z.object({ id: z.string(), severity: z.string(), title: z.string() });

const assurance = z.object({
  scan: z.object({ clean: z.boolean(), fresh: z.boolean().describe('Within the time that its source keeps a scan for new.'), tool: z.string(), detail: z.string().default('') }).nullable().describe('Verified scans of the artifact: the newest of each scanner.'),
  container: z.object({ digest, scanPassed: z.boolean().describe('Its verified scans are clean and fresh.'), detail: z.string().default('') }).nullable().describe('Scan of the container image that the training ran in.'),
  dataSources: z.object({ unapproved: z.array(z.string()).describe('Sources upstream that nobody approved.') }).nullable().describe('Approval of the data sources upstream.'),
  cards: z.object({ modelCardMissing: z.array(z.string()), datasheetsMissing: z.array(z.string()) }).nullable().describe('What is missing in the model card and the datasheets.'),
  endpoint: z.object({ public: z.boolean().describe('At least one is.'), wafRule: z.boolean().describe('A firewall rule stands before every public one.'), detail: z.string().default('') }).nullable().describe('The endpoints of this environment on which the model runs, or that are meant for it; null: there is none, or one about which nobody reported in time.'),
  incidents: z.object({ open: z.array(z.string()) }).nullable().describe('Incidents open on the model or upstream.'),
  reproducibility: z.object({ matched: z.boolean(), fresh: z.boolean().describe('Verified within the days that its source asks for.'), detail: z.string().default('') }).nullable().describe('The newest attempt to build the same bytes again.'),
  changeWindow: z.object({ open: z.boolean(), name: z.string() }).nullable().describe('The change window of the environment.'),
});

/** No such source has reported. */
export const nothingKnown: z.infer<typeof assurance> = { scan: null, container: null, dataSources: null, cards: null, endpoint: null, incidents: null, reproducibility: null, changeWindow: null };

export const policyInput = z
  .object({
    format: z.literal('https://gatehouse.dev/policy-input/v1'),
    environment: z.string(),
    model: z.object({ id: z.string(), name: z.string(), version: z.number(), versionId: z.string(), teamId: z.string() }).describe('The model version that is to be promoted.'),
    artifact: z
      .object({ digest, quarantined: z.boolean(), publishedBy: z.string().describe('Service account that published the version.') })
      .describe('The bytes that would run.'),
    provenance: z
      .object({
        evidence: z.array(digest).describe('Verified provenance statements with this artifact as subject.'),
        subjectDigest: digest.describe('The digest that the training run attested.'),
        runId: z.string().nullable(),
        builderId: z.string(),
        keyIds: z.array(z.string()).describe('The trusted keys that signed.'),
        pipeline: z.string().nullable(),
        stage: z.string().nullable(),
      })
      .nullable()
      .describe('From verified SLSA provenance; null: there is none.'),
    signature: z
      .object({ received: z.number().describe('Provenance statements received for the artifact.'), verified: z.number().describe('How many of them carry a valid signature of a trusted key.') })
      .describe('Signed evidence of the artifact’s origin, whether it held or not.'),
    training: z
      .object({
        runId: z.string(),
        job: z.string().describe('namespace/name'),
        state: z.string(),
        reportedBy: z.string().describe('Service account that reported the run.'),
        triggeredBy: z.string().nullable(),
        container: digest.nullable(),
        packageLock: digest.nullable(),
        seed: z.string().nullable(),
        parameters: z.record(z.string(), z.string()),
      })
      .nullable()
      .describe('The run that produced the artifact, as reported; null: unknown.'),
    code: z
      .object({ commit: z.string().nullable(), strength, dirty: z.boolean().nullable().describe('Uncommitted changes; null: not reported.'), remote: z.string().nullable() })
      .describe('Code of the training run.'),
    lineage: z
      .object({
        complete: z.boolean().describe('The training run completed and consumed something, every version upstream has a digest, and nothing was cut off.'),
        truncated: z.boolean(),
        runs: z.array(z.string()).describe('Upstream runs, the training run among them.'),
        inputs: z.array(z.object({ name: z.string(), kind: z.string(), digest: digest.nullable(), strength })).describe('What the training run consumed.'),
        withoutDigest: z.array(z.string()).describe('Names of upstream versions that are known only by name.'),
        quarantined: z.array(digest).describe('Upstream versions in quarantine.'),
        contradictions: z.array(z.string()).describe('Upstream versions about which two sources disagree.'),
      })
      .nullable()
      .describe('What the artifact was made from; null: no run is known that produced it.'),
    data: z
      .object({ sources: z.array(source), allValidated: z.boolean() })
      .nullable()
      .describe('Raw dataset versions upstream: those that no known run produced. null: none is known.'),
    evaluation: z
      .object({
        evidence: z.array(digest),
        dataset: z.object({ name: z.string(), digest }),
        metrics: z.array(metric),
        overall: z.record(z.string(), z.number()).describe('Metrics over the whole dataset, by name.'),
        contradictions: z.array(z.string()).describe('Metrics for which two verified evaluations on one dataset give different values.'),
      })
      .nullable()
      .describe('The newest verified evaluation of this artifact; null: there is none.'),
    bias: z
      .object({
        disparateImpact: z.object({ minimum: z.number(), maximum: z.number(), worst: z.string() }).nullable(),
        difference: z.object({ largest: z.number().describe('Largest absolute value.'), worst: z.string() }).nullable().describe('Statistical parity and equal opportunity differences.'),
      })
      .nullable()
      .describe('Fairness metrics of the evaluation, over all slices.'),
    production: z
      .object({ version: z.number(), versionId: z.string(), digest })
      .nullable()
      .describe('The version of this model that runs in the environment now; null: none.'),
    comparison: z
      .object({
        dataset: z.object({ name: z.string(), digest }),
        metrics: z.record(
          z.string(),
          z.object({ candidate: z.number(), production: z.number(), worseBy: z.number().describe('Positive: the candidate is worse, in the metric’s own sense of better.') }),
        ),
      })
      .nullable()
      .describe('Candidate and production evaluated on the same dataset version; null: no such pair of verified evaluations.'),
    exceptions: z
      .array(exception)
      .default([])
      .describe('Exceptions in force for this model version and environment, by rule. They let a rule that does not pass stand without blocking; its verdict stays what it is.'),
    opa: z
      .array(z.object({ path: z.string(), allow: z.boolean().nullable().describe('null: no answer.'), reasons: z.array(z.string()), problem: z.string().nullable().describe('Why there is no answer.') }))
      .default([])
      .describe('Answers of the OPA server to this document, for the policy’s rules that ask it, frozen with the rest.'),
    slsa: z
      .object({ level: z.number(), missing: z.array(z.string()) })
      .nullable()
      .default(null)
      .describe('SLSA build level reached (https://slsa.dev/spec/v1.0/levels), and what the next one lacks.'),
    metadata: z
      .object({
        required: z.array(z.string()).describe('What the environment requires: lineage, performance, bias_report, model_card, datasheet, intended_use, owner, licence.'),
        missing: z.array(z.string()).describe('What of it is not there, with what lacks.'),
        modelCard: digest.nullable().describe('The newest version of the model card.'),
        datasheets: z.array(z.object({ name: z.string(), digest: digest.nullable(), datasheet: digest.nullable() })).describe('Each raw dataset upstream, and the datasheet that speaks for it.'),
      })
      .nullable()
      .default(null)
      .describe('Metadata that the environment requires, and the very documents that were there.'),
    assurance: assurance.default(nothingKnown).describe('What other sources say. Each is null until such a source is connected and has reported about this version.'),
    findings: z
      .object({ critical: z.array(finding), high: z.array(finding) })
      .describe('Open findings on the artifact, its upstream runs and versions. Drift of the version that runs now is not among them.'),
  })
  .describe('Facts about a model version at the moment of the request, frozen and known by digest.');
export type PolicyInput = z.infer<typeof policyInput>;
