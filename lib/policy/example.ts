// An input document about which everything is known and good: what the tests of a policy change one member of. Pure.
import { nothingKnown, policyInput, type PolicyInput } from './input.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A fourth version of a model while the third runs in production. A fresh copy each time. */
export function exampleInput(): PolicyInput {
  return policyInput.parse({
    format: 'https://gatehouse.dev/policy-input/v1',
    environment: 'production',
    model: { id: 'model', name: 'example', version: 4, versionId: 'version-4', teamId: 'team' },
    artifact: { digest: digest('a'), quarantined: false, publishedBy: 'service-account' },
    provenance: { evidence: [digest('e')], subjectDigest: digest('a'), runId: 'run', builderId: 'https://example.test/builder', keyIds: ['key'], pipeline: 'example', stage: 'train' },
    signature: { received: 1, verified: 1 },
    training: { runId: 'run', job: 'example/example.train', state: 'complete', reportedBy: 'service-account', triggeredBy: null, container: digest('c'), packageLock: digest('b'), seed: '1', parameters: {} },
    code: { commit: 'c'.repeat(40), strength: 'proven', dirty: false, remote: 'https://example.test/repository' },
    lineage: { complete: true, truncated: false, runs: ['run'], inputs: [{ name: 'raw', kind: 'dataset', digest: digest('d'), strength: 'proven' }], withoutDigest: [], quarantined: [], contradictions: [] },
    data: { sources: [{ name: 'raw', digest: digest('d'), validation: { results: ['PASSED'], passed: true, evidence: [digest('f')] } }], allValidated: true },
    evaluation: {
      evidence: [digest('1')],
      dataset: { name: 'holdout', digest: digest('2') },
      metrics: [{ name: 'auc', slice: null, value: 0.71, sampleCount: 1_000, higherIsBetter: true }, { name: 'expected_calibration_error', slice: null, value: 0.02, sampleCount: 1_000, higherIsBetter: false }],
      overall: { auc: 0.71, expected_calibration_error: 0.02 },
      contradictions: [],
    },
    bias: { disparateImpact: { minimum: 0.9, maximum: 1.1, worst: 'group=a' }, difference: { largest: 0.04, worst: 'group=a' } },
    production: { version: 3, versionId: 'version-3', digest: digest('3') },
    comparison: { dataset: { name: 'holdout', digest: digest('2') }, metrics: { auc: { candidate: 0.71, production: 0.7, worseBy: -0.01 } } },
    exceptions: [],
    opa: [],
    slsa: { level: 3, missing: [] },
    metadata: { required: ['model_card', 'licence'], missing: [], modelCard: digest('4'), datasheets: [{ name: 'raw', digest: digest('d'), datasheet: digest('5') }] },
    assurance: nothingKnown,
    findings: { critical: [], high: [] },
  });
}
