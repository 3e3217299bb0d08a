// What a change of an environment asks less than before. Pure.
import { environmentTier, type EnvironmentSettings } from './environment.ts';

const strictness = (settings: EnvironmentSettings): number => environmentTier.options.indexOf(settings.tier);

/** In words; empty where nothing is weaker. A new environment weakens nothing: what runs elsewhere is asked what it was. */
export function weakened(before: EnvironmentSettings | null, after: EnvironmentSettings): string[] {
  if (before === null) return [];
  const dropped = before.requiredMetadata.filter((field) => !after.requiredMetadata.includes(field));
  return [
    ...(strictness(after) < strictness(before) ? [`it becomes ${after.tier}, and was ${before.tier}`] : []),
    ...dropped.map((field) => `${field.replaceAll('_', ' ')} is no longer required`),
    ...(before.archived && !after.archived ? ['it takes deployments in again'] : []),
  ];
}
