// Where a version runs, as badges.
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import type { RunningAt } from '#lib/registry/schema.ts';

/** `production · flights-api`, one badge each; production stands out. */
export function Running({ running, withVersion = false }: { readonly running: readonly RunningAt[]; readonly withVersion?: boolean }) {
  if (running.length === 0) return <span className="text-ink-3">nowhere</span>;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {running.map(({ deploymentId, environment, endpoint, version }) => (
        <EnvironmentBadge key={deploymentId} name={environment}>
          {withVersion && `${version} in `}{environment}<span className="font-normal text-ink-2">{endpoint}</span>
        </EnvironmentBadge>
      ))}
    </span>
  );
}
