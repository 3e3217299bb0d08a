// Everything the portal knows about one model version, gathered for decisions and for the page that explains them.
import type { InventoryFacts } from '#lib/inventory/index.ts';
import type { AssuranceFacts } from './assurance.ts';
import type { VersionMetadata } from './metadata.ts';

import type { RequirementView } from '#lib/evidence/index.ts';

export type Metric = { readonly name: string; readonly slice: string | null; readonly value: number; readonly sampleCount: number; readonly higherIsBetter: boolean | null };

/** A verified piece of evidence, by the digest of its bytes. */
export type Proof = { readonly evidenceId: string; readonly evidenceDigest: string; readonly receivedAt: string; readonly keyIds: readonly string[] };

/** What verified SLSA provenance of a run says. Digests are `sha256:…`. */
export type AttestedRun = Proof & {
  readonly runId: string | null;
  readonly builderId: string;
  readonly pipeline: string | null;
  readonly stage: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly startedOn: string | null;
  readonly finishedOn: string | null;
  readonly dependencies: readonly { readonly name: string; readonly digest: string | null; readonly commit: string | null; readonly uri: string | null }[];
  readonly subjects: readonly { readonly name: string; readonly digest: string }[];
};

/** A verified evaluation statement. */
export type Evaluation = Proof & { readonly runId: string | null; readonly evaluatedOn: string; readonly dataset: { readonly name: string; readonly digest: string }; readonly threshold: number | null; readonly metrics: readonly Metric[] };

/** A verified test result about a dataset version. */
export type Validation = Proof & {
  readonly result: 'PASSED' | 'WARNED' | 'FAILED';
  /** Tests by name (and column, where given) that passed, and those that did not. */
  readonly passedTests: readonly string[];
  readonly otherTests: readonly string[];
};

/** A version upstream of the artifact. `name` is null where only other teams named it. */
export type UpstreamVersion = {
  readonly id: string;
  readonly digest: string | null;
  readonly label: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly kind: string;
  readonly quarantined: boolean;
  /** Runs that produced it before it was consumed. */
  readonly producers: readonly string[];
  readonly validations: readonly Validation[];
};

export type UpstreamRun = {
  readonly id: string;
  readonly teamId: string;
  readonly job: string;
  readonly state: string;
  readonly startedAt: string;
  readonly reportedBy: string;
  /** Versions consumed, by id; each once. */
  readonly inputs: readonly string[];
};

/** The run that made the artifact, as its events tell it. */
export type TrainingRun = UpstreamRun & {
  readonly endedAt: string | null;
  readonly reportedByName: string;
  readonly responsiblePerson: { readonly id: string; readonly name: string } | null;
  readonly triggeredBy: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly git: { readonly commit: string | null; readonly branch: string | null; readonly dirty: boolean | null; readonly remote: string | null } | null;
  readonly runtime: readonly { readonly name: string; readonly version: string }[];
  readonly operatingSystem: string | null;
  readonly container: string | null;
  readonly packageLock: string | null;
  readonly seed: string | null;
  /** Names under which the run consumed each version, by version id. */
  readonly inputNames: Readonly<Record<string, string>>;
};

export type Contradiction = { readonly kind: 'label_changed_digest' | 'attested_digest_differs' | 'registry_differs'; readonly text: string };
export type OpenFinding = { readonly id: string; readonly severity: string; readonly title: string; readonly source: string };

/** Provenance about the artifact that names a builder whose keys are known, and is signed by none of them. */
export type RefusedProvenance = { readonly evidenceId: string; readonly builderId: string; readonly reason: string };

export type RunningVersion = { readonly environment: string; readonly endpoint: string; readonly version: number; readonly versionId: string; readonly digest: string };

export type VersionFacts = {
  /** What the data inventory says about everything upstream. */
  readonly inventory: InventoryFacts;
  readonly version: { readonly id: string; readonly modelId: string; readonly modelName: string; readonly number: number; readonly teamId: string; readonly claimedRunId: string | null; readonly publishedBy: string; readonly publishedAt: string };
  readonly artifact: { readonly versionId: string; readonly digest: string; readonly quarantined: boolean };
  /** Provenance statements received with the artifact as subject, whether they hold or not. */
  readonly provenanceReceived: number;
  /** Verified provenance with the artifact as subject, earliest first. */
  readonly provenance: readonly AttestedRun[];
  /** Verified provenance of the training run whose outputs do not include the artifact. */
  readonly otherProvenance: readonly AttestedRun[];
  /** Where nothing verified speaks for the artifact: what pretends to, in the name of a builder that somebody else speaks for. */
  readonly refusedProvenance: readonly RefusedProvenance[];
  readonly training: TrainingRun | null;
  /** What the training run ran in, requirement by requirement; empty where there is no such run. */
  readonly environment: readonly RequirementView[];
  readonly runs: readonly UpstreamRun[];
  readonly versions: readonly UpstreamVersion[];
  /** The walk upstream was cut off before its end. */
  readonly truncated: boolean;
  readonly contradictions: readonly Contradiction[];
  readonly evaluations: readonly Evaluation[];
  /** Open findings on the artifact, upstream runs and versions; drift findings are about what runs, not about this. */
  readonly findings: readonly OpenFinding[];
  /** Cards, owner, and what environments require. */
  readonly metadata: VersionMetadata;
  /** What sources beside the pipeline say. */
  readonly assurance?: AssuranceFacts;
};
