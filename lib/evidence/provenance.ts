// SLSA provenance, whichever version: v0.2 said in the words of v1, so that both decide alike. Pure.
//
// The mapping is the one that slsa.dev/spec/v1.0/provenance gives under "Migrating from 0.2".
import type { Predicate } from './decode.ts';
import { PROVENANCE_TYPE, PROVENANCE_TYPE_V02, STAGE_BUILD_TYPE, stageParameters, type ProvenancePredicate, type ProvenanceV02Predicate, type StageParameters } from './format/statement.ts';

export const PROVENANCE_TYPES = [PROVENANCE_TYPE, PROVENANCE_TYPE_V02] as const;

export const isProvenanceType = (predicateType: string | null): boolean => (PROVENANCE_TYPES as readonly (string | null)[]).includes(predicateType);

type Dependency = NonNullable<ProvenancePredicate['buildDefinition']['resolvedDependencies']>[number];

const record = (value: unknown): Record<string, unknown> | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null);

/** Where the build was defined, as a dependency: v0.2 may leave it out of the materials. */
function configSource(invocation: ProvenanceV02Predicate['invocation'], materials: readonly Dependency[]): Dependency[] {
  const source = record(invocation?.configSource);
  const digest = record(source?.['digest']);
  const uri = typeof source?.['uri'] === 'string' ? source['uri'] : null;
  if (uri === null || digest === null || materials.some((material) => material.uri === uri)) return [];
  const texts = Object.fromEntries(Object.entries(digest).flatMap(([algorithm, value]) => (typeof value === 'string' ? [[algorithm, value]] : [])));
  return Object.keys(texts).length === 0 ? [] : [{ uri, digest: texts }];
}

function fromV02({ builder, buildType, invocation, metadata, materials = [] }: ProvenanceV02Predicate): ProvenancePredicate {
  const dependencies = materials.filter(({ uri, digest }) => uri !== undefined || digest !== undefined);
  const parameters = record(invocation?.parameters);
  const { environment } = invocation ?? {};
  return {
    buildDefinition: {
      buildType,
      // A stage's parameters are what they are in v1; other build types keep the two parts apart.
      externalParameters: buildType === STAGE_BUILD_TYPE ? (parameters ?? {}) : { ...(invocation?.configSource === undefined ? {} : { configSource: invocation.configSource }), ...(invocation?.parameters === undefined ? {} : { parameters: invocation.parameters }) },
      ...(record(environment) === null ? {} : { internalParameters: record(environment) ?? {} }),
      resolvedDependencies: [...configSource(invocation, dependencies), ...dependencies],
    },
    runDetails: {
      builder: { id: builder.id },
      metadata: {
        ...(metadata?.buildInvocationId === undefined ? {} : { invocationId: metadata.buildInvocationId }),
        ...(metadata?.buildStartedOn === undefined ? {} : { startedOn: metadata.buildStartedOn }),
        ...(metadata?.buildFinishedOn === undefined ? {} : { finishedOn: metadata.buildFinishedOn }),
      },
    },
  };
}

/** What a provenance predicate says, in the words of v1; null for any other predicate. */
export function provenanceIn(predicate: Predicate | null): ProvenancePredicate | null {
  if (predicate?.kind === 'provenance') return predicate.value;
  return predicate?.kind === 'provenance_v02' ? fromV02(predicate.value) : null;
}

/** What was asked of a stage of a pipeline; null for other build types, and where it does not fit. */
export function stageOf({ buildDefinition }: ProvenancePredicate): StageParameters | null {
  if (buildDefinition.buildType !== STAGE_BUILD_TYPE) return null;
  const parsed = stageParameters.safeParse(buildDefinition.externalParameters);
  return parsed.success ? parsed.data : null;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commit that a dependency stands for: a `gitCommit`, or the `sha1` of a source that is fetched with Git, as v0.2 writes it. */
export function commitOf({ uri, digest }: Dependency): string | null {
  if (digest === undefined) return null;
  const own = (algorithm: string): string | null => (Object.hasOwn(digest, algorithm) ? (digest[algorithm] ?? null) : null);
  const commit = own('gitCommit') ?? (uri?.startsWith('git+') === true ? own('sha1') : null);
  return commit !== null && COMMIT.test(commit) ? commit : null;
}
