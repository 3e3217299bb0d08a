// in-toto Statement v1 and the predicates that Gatehouse writes and reads, as zod schemas.
//
// What arrives from outside is read by in-toto's rule that unknown fields are ignored (kept, not refused).
// Files written by a wrapped command are read strictly, since there an unknown field is a misspelling.
import { z } from 'zod';
import { isRecord, type JsonRecord } from '#lib/evidence/format/json-reader.ts';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const STATEMENT_TYPE_V01 = 'https://in-toto.io/Statement/v0.1';
/** The statements that are read. Both have the same fields. */
export const STATEMENT_TYPES = [STATEMENT_TYPE, STATEMENT_TYPE_V01] as const;
/** A payload type that names its predicate (in-toto attestation, "bundle" and "envelope" documents). */
export const SPECIFIC_PAYLOAD_TYPE = /^application\/vnd\.in-toto\.[a-z0-9][a-z0-9._+-]{0,100}\+json$/i;
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';
export const PROVENANCE_TYPE_V02 = 'https://slsa.dev/provenance/v0.2';
export const SUMMARY_TYPES = ['https://slsa.dev/verification_summary/v1', 'https://slsa.dev/verification_summary/v0.2'] as const;
export const VULNERABILITIES_TYPES = ['https://in-toto.io/attestation/vulns/v0.1', 'https://in-toto.io/attestation/vulns/v0.2', 'https://in-toto.io/attestation/vulns', 'https://cosign.sigstore.dev/attestation/vuln/v1'] as const;
export const CYCLONEDX_TYPES = /^https:\/\/cyclonedx\.org\/bom(?:\/v?1\.[0-9]{1,2})?$/;
export const SPDX_TYPES = /^https:\/\/spdx\.dev\/Document(?:\/v?[23](?:\.[0-9])?)?$/;
export const SCAI_TYPES = ['https://in-toto.io/attestation/scai/v0.2', 'https://in-toto.io/attestation/scai/v0.3', 'https://in-toto.io/attestation/scai/attribute-report/v0.2', 'https://in-toto.io/attestation/scai/attribute-report'] as const;
export const TEST_RESULT_TYPE = 'https://in-toto.io/attestation/test-result/v0.1';
export const EVALUATION_TYPE = 'https://gatehouse.dev/predicates/evaluation/v1';
/** What a run ran in, as its cluster saw it. docs/wire-contract.md, Environments. */
export const ENVIRONMENT_TYPE = 'https://gatehouse.dev/predicates/environment/v1';
export const STAGE_BUILD_TYPE = 'https://gatehouse.dev/build-types/pipeline-stage/v1';

const LONGEST_NAME = 4_000;
const hexOf = (length: number) => new RegExp(`^[0-9a-f]{${String(length)}}$`);
const KNOWN_DIGESTS: ReadonlyMap<string, RegExp> = new Map([
  ['sha256', hexOf(64)],
  ['sha384', hexOf(96)],
  ['sha512', hexOf(128)],
  ['sha1', hexOf(40)],
  ['gitCommit', /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/],
]);

/** `sha256:<64 lower-case hex>`, the form of a digest on the wire. */
export const wireDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hexadecimal digits');

/** in-toto DigestSet: algorithm → value, at least one; the values of known algorithms are lower-case hex of the right length. */
export const digestSet = z.record(z.string().min(1).max(100), z.string().min(1).max(1_000)).superRefine((digests, context) => {
  const entries = Object.entries(digests);
  if (entries.length === 0) context.addIssue({ code: 'custom', message: 'at least one digest is needed' });
  for (const [algorithm, value] of entries) {
    if (KNOWN_DIGESTS.get(algorithm)?.test(value) === false) context.addIssue({ code: 'custom', path: [algorithm], message: `not a ${algorithm} digest in lower-case hexadecimal` });
  }
});

/** in-toto ResourceDescriptor v1: at least one of `uri`, `digest` and `content`. */
export const resourceDescriptor = z
  .looseObject({
    name: z.string().max(LONGEST_NAME).optional(),
    uri: z.string().max(LONGEST_NAME).optional(),
    digest: digestSet.optional(),
    content: z.string().optional(),
    downloadLocation: z.string().max(LONGEST_NAME).optional(),
    mediaType: z.string().max(LONGEST_NAME).optional(),
    annotations: z.record(z.string(), z.unknown()).optional(),
  })
  .refine((descriptor) => descriptor.uri !== undefined || descriptor.digest !== undefined || descriptor.content !== undefined, 'one of uri, digest and content is needed');

/** A subject is matched by digest alone, so it must have one. */
export const subject = z.looseObject({ name: z.string().max(LONGEST_NAME).optional(), uri: z.string().max(LONGEST_NAME).optional(), digest: digestSet });

/** in-toto Statement v1, or v0.1, with any predicate. */
export const statement = z.looseObject({
  _type: z.enum(STATEMENT_TYPES),
  subject: z.array(subject).min(1).max(100_000),
  predicateType: z.string().min(1).max(LONGEST_NAME),
  // Not a record schema, which would copy each of its members: predicates are read by their own schemas.
  predicate: z.custom<JsonRecord>(isRecord, 'expected an object').optional(),
});
export type Statement = z.infer<typeof statement>;

const timestamp = z.iso.datetime({ offset: true });

/** SLSA provenance v1 (slsa.dev/spec/v1.0/provenance), for any build type. */
export const provenancePredicate = z.looseObject({
  buildDefinition: z.looseObject({
    buildType: z.string().min(1).max(LONGEST_NAME),
    externalParameters: z.record(z.string(), z.unknown()),
    internalParameters: z.record(z.string(), z.unknown()).optional(),
    resolvedDependencies: z.array(resourceDescriptor).max(100_000).optional(),
  }),
  runDetails: z.looseObject({
    builder: z.looseObject({
      id: z.string().min(1).max(LONGEST_NAME),
      version: z.record(z.string(), z.string()).optional(),
      builderDependencies: z.array(resourceDescriptor).optional(),
    }),
    metadata: z.looseObject({ invocationId: z.string().max(LONGEST_NAME).optional(), startedOn: timestamp.optional(), finishedOn: timestamp.optional() }).optional(),
    byproducts: z.array(resourceDescriptor).optional(),
  }),
});
export type ProvenancePredicate = z.infer<typeof provenancePredicate>;

/** SLSA provenance v0.2 (slsa.dev/provenance/v0.2). */
export const provenanceV02Predicate = z.looseObject({
  builder: z.looseObject({ id: z.string().min(1).max(LONGEST_NAME) }),
  buildType: z.string().min(1).max(LONGEST_NAME),
  invocation: z.looseObject({ configSource: z.looseObject({}).optional(), parameters: z.unknown().optional(), environment: z.unknown().optional() }).optional(),
  metadata: z
    .looseObject({
      buildInvocationId: z.string().max(LONGEST_NAME).optional(),
      buildStartedOn: timestamp.optional(),
      buildFinishedOn: timestamp.optional(),
      completeness: z.looseObject({ parameters: z.boolean().optional(), environment: z.boolean().optional(), materials: z.boolean().optional() }).optional(),
      reproducible: z.boolean().optional(),
    })
    .optional(),
  materials: z.array(z.looseObject({ uri: z.string().max(LONGEST_NAME).optional(), digest: digestSet.optional() })).max(100_000).optional(),
});
export type ProvenanceV02Predicate = z.infer<typeof provenanceV02Predicate>;

/** SLSA verification summary (slsa.dev/verification_summary/v1; v0.2 differs in `policy_level`, which is kept unread). */
export const summaryPredicate = z.looseObject({
  verifier: z.looseObject({ id: z.string().min(1).max(LONGEST_NAME) }),
  timeVerified: timestamp.optional(),
  resourceUri: z.string().max(LONGEST_NAME).optional(),
  policy: z.looseObject({ uri: z.string().max(LONGEST_NAME).optional(), digest: digestSet.optional() }).optional(),
  verificationResult: z.enum(['PASSED', 'FAILED']).optional(),
  verifiedLevels: z.array(z.string().max(LONGEST_NAME)).max(1_000).optional(),
});
export type SummaryPredicate = z.infer<typeof summaryPredicate>;

/** A vulnerability scan: in-toto's vulns, and cosign's older form of it. Both have a scanner. */
export const vulnerabilitiesPredicate = z.looseObject({
  scanner: z.looseObject({ uri: z.string().max(LONGEST_NAME).optional(), version: z.string().max(LONGEST_NAME).optional() }),
  metadata: z.looseObject({}).optional(),
});

/** A CycloneDX bill of materials as a predicate. */
export const cyclonedxPredicate = z.looseObject({ bomFormat: z.literal('CycloneDX'), specVersion: z.string().max(20), components: z.array(z.unknown()).max(1_000_000).optional() });
/** An SPDX document as a predicate: 2.x by its version, 3.x by its JSON-LD context. */
export const spdxPredicate = z.union([z.looseObject({ spdxVersion: z.string().regex(/^SPDX-/) }), z.looseObject({ '@context': z.unknown() })]);
/** Supply Chain Attribute Integrity: what holds of an artifact, and the evidence for it. */
export const scaiPredicate = z.looseObject({ attributes: z.array(z.looseObject({ attribute: z.string().min(1).max(LONGEST_NAME) })).min(1).max(10_000) });

/** `externalParameters` of the build type `STAGE_BUILD_TYPE`. Unknown parameters are refused, as SLSA asks of verifiers. */
export const stageParameters = z.strictObject({
  pipeline: z.string().min(1).max(LONGEST_NAME),
  stage: z.string().min(1).max(LONGEST_NAME),
  parameters: z.record(z.string(), z.string()),
  command: z.array(z.string()).min(1),
});
export type StageParameters = z.infer<typeof stageParameters>;

const testName = z.string().min(1).max(LONGEST_NAME);

/** One test of a validation: `expected` and `actual` are for people. */
export const validationTest = z.strictObject({
  name: testName,
  column: z.string().max(LONGEST_NAME).nullable().default(null),
  status: z.enum(['passed', 'warned', 'failed']),
  expected: z.string().max(LONGEST_NAME),
  actual: z.string().max(LONGEST_NAME),
});
export type ValidationTest = z.infer<typeof validationTest>;

/** The file that `gatehouse run --validation NAME=FILE` reads. The overall result may not be better than the worst test. */
export const validationFile = z
  .strictObject({ result: z.enum(['PASSED', 'WARNED', 'FAILED']), tests: z.array(validationTest).min(1).max(10_000) })
  .superRefine((file, context) => {
    const failed = file.tests.some((test) => test.status === 'failed');
    const warned = file.tests.some((test) => test.status === 'warned');
    if (failed && file.result !== 'FAILED') context.addIssue({ code: 'custom', path: ['result'], message: `${file.result}, although a test failed` });
    else if (warned && file.result === 'PASSED') context.addIssue({ code: 'custom', path: ['result'], message: 'PASSED, although a test warned' });
  });
export type ValidationFile = z.infer<typeof validationFile>;

/** in-toto test-result v0.1; `gatehouse_tests` carries what the command knew of each test. */
export const testResultPredicate = z.looseObject({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  configuration: z.array(resourceDescriptor),
  url: z.string().max(LONGEST_NAME).optional(),
  passedTests: z.array(testName).optional(),
  warnedTests: z.array(testName).optional(),
  failedTests: z.array(testName).optional(),
  gatehouse_tests: z
    .array(z.looseObject({ name: testName, column: z.string().nullable(), status: z.enum(['passed', 'warned', 'failed']), expected: z.string(), actual: z.string() }))
    .optional(),
});
export type TestResultPredicate = z.infer<typeof testResultPredicate>;

const metricShape = {
  name: z.string().min(1).max(200),
  slice: z.string().min(1).max(1_000).nullable().default(null),
  value: z.number(),
  sampleCount: z.int().min(0),
  higherIsBetter: z.boolean().nullable().default(null),
};
const evaluatedDataset = { name: z.string().min(1).max(LONGEST_NAME), digest: wireDigest };
const MOST_METRICS = 5_000;

const noMetricTwice = (file: { readonly metrics: readonly { readonly name: string; readonly slice: string | null }[] }, context: z.core.$RefinementCtx) => {
  const seen = new Set<string>();
  for (const [index, { name, slice }] of file.metrics.entries()) {
    const identity = JSON.stringify([name, slice]);
    if (seen.has(identity)) context.addIssue({ code: 'custom', path: ['metrics', index], message: `${name}${slice === null ? '' : ` for ${slice}`} is given twice` });
    seen.add(identity);
  }
};

/** The file that `gatehouse run --evaluation NAME=FILE` reads. `slice` is null for the whole dataset, else like `region=West`. */
export const evaluationFile = z
  .strictObject({
    dataset: z.strictObject(evaluatedDataset),
    metrics: z.array(z.strictObject(metricShape)).min(1).max(MOST_METRICS),
    threshold: z.number().nullable().default(null),
  })
  .superRefine(noMetricTwice);
export type EvaluationFile = z.infer<typeof evaluationFile>;

/** The predicate `EVALUATION_TYPE`: an evaluation file with the run that made it. `evaluatedOn` is RFC 3339. */
export const evaluationPredicate = z
  .looseObject({
    dataset: z.looseObject(evaluatedDataset),
    metrics: z.array(z.looseObject(metricShape)).min(1).max(MOST_METRICS),
    threshold: z.number().nullable().default(null),
    runId: z.uuid(),
    evaluatedOn: timestamp,
  })
  .superRefine(noMetricTwice);
export type EvaluationPredicate = z.infer<typeof evaluationPredicate>;

/** The predicate `ENVIRONMENT_TYPE`: the pod (Pod or PodSpec, v1 JSON) that a run ran in, and the network policies that apply to it. */
export const environmentPredicate = z.looseObject({
  runId: z.uuid(),
  observedAt: timestamp,
  pod: z.record(z.string(), z.unknown()),
  networkPolicies: z.array(z.record(z.string(), z.unknown())).max(1_000).optional(),
  imageDigest: wireDigest.optional(),
});
export type EnvironmentPredicate = z.infer<typeof environmentPredicate>;
