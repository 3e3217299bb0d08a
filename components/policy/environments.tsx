// What pages know of the environments there are: their badges, and the choices of a list's filter.
'use client';

import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { ListDefinition } from '#components/table/list-state.ts';
import { Badge } from '#components/ui/badge.tsx';
import type { EnvironmentTier } from '#lib/policy/schema.ts';

export type KnownEnvironment = { readonly name: string; readonly tier: EnvironmentTier; readonly archived: boolean };

const Known = createContext<readonly KnownEnvironment[]>([]);

/** Around every page of the portal. `environments` is in order, the strictest first. */
export const EnvironmentsProvider = ({ environments, children }: { readonly environments: readonly KnownEnvironment[]; readonly children: ReactNode }) => <Known.Provider value={environments}>{children}</Known.Provider>;

/** An environment's name, marked where it is of the tier production. `<EnvironmentBadge name="production">production api</EnvironmentBadge>` */
export function EnvironmentBadge({ name, children }: { readonly name: string; readonly children?: ReactNode }) {
  const known = useContext(Known).find((environment) => environment.name === name);
  return <Badge tone={(known?.tier ?? name) === 'production' ? 'accent' : 'neutral'}>{children ?? name}</Badge>;
}

/** A list's definition with the environments there are as the options of its facet `environment`; archived ones last. */
export function useEnvironmentFacet(definition: ListDefinition): ListDefinition {
  const environments = useContext(Known);
  return useMemo(() => {
    const options = [...environments.filter(({ archived }) => !archived), ...environments.filter(({ archived }) => archived)].map(({ name, archived }) => ({ value: name, ...(archived && { label: `${name} (archived)` }) }));
    return { ...definition, facets: definition.facets?.map((facet) => (facet.key === 'environment' ? { ...facet, options } : facet)) ?? [] };
  }, [definition, environments]);
}
