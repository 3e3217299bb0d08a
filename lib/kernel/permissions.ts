// Who may do what: every permission, and the roles that carry it. Deny by default: what is not listed is refused.

export const personRoles = ['engineer', 'reviewer', 'security', 'auditor', 'admin'] as const;
export const serviceRoles = ['pipeline', 'deployer'] as const;
export type PersonRole = (typeof personRoles)[number];
export type ServiceRole = (typeof serviceRoles)[number];
export type Role = PersonRole | ServiceRole;

const matrix = {
  'read': ['engineer', 'reviewer', 'security', 'auditor', 'admin', 'pipeline', 'deployer'],
  'run.report': ['pipeline'],
  'evidence.submit': ['pipeline'],
  'profile.submit': ['pipeline'],
  'model.publish': ['pipeline'],
  'deployment.decide': ['pipeline', 'deployer', 'engineer', 'reviewer', 'security', 'auditor', 'admin'],
  'deployment.record': ['deployer'],
  'promotion.request': ['engineer'],
  'promotion.withdraw': ['engineer'],
  'promotion.decide': ['reviewer', 'security'],
  'promotion.take_part': ['engineer', 'reviewer', 'security', 'auditor', 'admin'],
  'promotion.emergency': ['security'],
  'finding.triage': ['security', 'reviewer'],
  'trust_key.manage': ['security'],
  'policy.manage': ['security'],
  'environment.propose': ['admin', 'security'],
  'environment.confirm': ['security'],
  'alias.move': ['engineer', 'reviewer', 'security'],
  'card.write': ['engineer', 'pipeline'],
  'exception.propose': ['engineer', 'reviewer', 'security'],
  'exception.confirm': ['security'],
  'exception.end': ['engineer', 'reviewer', 'security'],
  'incident.manage': ['security'],
  'incident.note': ['engineer', 'reviewer', 'security'],
  'source.propose': ['engineer', 'reviewer', 'security'],
  'source.approve': ['security'],
  'source.withdraw': ['engineer', 'reviewer', 'security'],
  'validation.submit': ['pipeline', 'engineer', 'reviewer', 'security'],
  'audit.read': ['auditor', 'security'],
  'people.read': ['admin', 'security', 'auditor'],
  'people.manage': ['admin'],
  'session.own': ['engineer', 'reviewer', 'security', 'auditor', 'admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof matrix;
export const permissions = Object.keys(matrix) as Permission[];

/** The roles that carry a permission. */
export const rolesWith = (permission: Permission): readonly Role[] => matrix[permission];

export type Grant = {
  readonly role: Role;
  /** The team it holds for; null: the whole organisation. */
  readonly teamId: string | null;
};

/** Where something belongs: to a team, to the organisation, or to the person who asks. */
export type Scope = { readonly kind: 'team'; readonly teamId: string } | { readonly kind: 'organisation' } | { readonly kind: 'own'; readonly personId: string };

export type Actor =
  | { readonly kind: 'person'; readonly id: string; readonly sessionId: string; readonly grants: readonly Grant[]; readonly authenticatedAt: string }
  | { readonly kind: 'service'; readonly id: string; readonly tokenId: string; readonly responsiblePersonId: string; readonly teamId: string; readonly grants: readonly Grant[] }
  | { readonly kind: 'system'; readonly id: null; readonly name: string }
  | { readonly kind: 'anonymous'; readonly id: null };

const grantsOf = (actor: Actor): readonly Grant[] => (actor.kind === 'person' || actor.kind === 'service' ? actor.grants : []);

/** The decision: may this actor use this permission on something of this scope? */
export function may(actor: Actor, permission: Permission, scope: Scope): boolean {
  const roles = rolesWith(permission);
  switch (scope.kind) {
    case 'own':
      return actor.kind === 'person' && actor.id === scope.personId && permission === 'session.own';
    case 'organisation':
      return grantsOf(actor).some((grant) => grant.teamId === null && roles.includes(grant.role));
    case 'team':
      return grantsOf(actor).some((grant) => (grant.teamId === null || grant.teamId === scope.teamId) && roles.includes(grant.role));
  }
}

/** The teams whose rows an actor may use a permission on; 'all' for a role that holds for the organisation. */
export type TeamFilter = 'all' | readonly string[];

export function teamsWith(actor: Actor, permission: Permission): TeamFilter {
  const roles = rolesWith(permission);
  const matching = grantsOf(actor).filter((grant) => roles.includes(grant.role));
  if (matching.some((grant) => grant.teamId === null)) return 'all';
  return [...new Set(matching.flatMap((grant) => (grant.teamId === null ? [] : [grant.teamId])))];
}
