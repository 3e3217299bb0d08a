// The part of the policy's input that the data inventory answers. Pure.
import { dataSourcesOf } from '#lib/inventory/index.ts';
import type { PolicyInput } from '#lib/policy/index.ts';
import type { VersionFacts } from './facts.ts';

/** Which data upstream is of no approved source; null where the training run is unknown or nobody keeps an inventory. */
export const sourcesApproved = (facts: VersionFacts): PolicyInput['assurance']['dataSources'] =>
  facts.training === null ? null : dataSourcesOf({ teamId: facts.version.teamId, trainingInputs: facts.training.inputs, truncated: facts.truncated, runs: facts.runs, versions: facts.versions }, facts.inventory);
