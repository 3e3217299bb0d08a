// Every role × every operation: who is let past the door, by the table in product.md and not by the code's own list.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { createOrganisation, type Organisation } from './testing/fixtures.ts';
import { registeredOperations } from './operations.ts';
import { may, permissions, teamsWith, type Actor, type Permission } from './kernel/permissions.ts';

let database: TestDatabase;
let organisation: Organisation;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
});
afterAll(() => database.drop());

/** Written out by hand, as the specification: who may, on something of the team `fraud`. Everybody else may not. */
const allowed: Record<Permission, string[]> = {
  'read': ['admin', 'engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity', 'auditor', 'pipeline', 'deployer'],
  'run.report': ['pipeline'],
  'evidence.submit': ['pipeline'],
  'profile.submit': ['pipeline'],
  'model.publish': ['pipeline'],
  'deployment.decide': ['admin', 'engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity', 'auditor', 'pipeline', 'deployer'],
  'deployment.record': ['deployer'],
  'promotion.request': ['engineer', 'secondEngineer'],
  'promotion.withdraw': ['engineer', 'secondEngineer'],
  'promotion.decide': ['reviewer', 'security', 'secondSecurity'],
  'promotion.take_part': ['admin', 'engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity', 'auditor'],
  'promotion.emergency': ['security', 'secondSecurity'],
  'finding.triage': ['reviewer', 'security', 'secondSecurity'],
  'trust_key.manage': ['security', 'secondSecurity'],
  'policy.manage': ['security', 'secondSecurity'],
  'environment.propose': ['admin', 'security', 'secondSecurity'],
  'environment.confirm': ['security', 'secondSecurity'],
  'alias.move': ['engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'card.write': ['engineer', 'secondEngineer', 'pipeline'],
  'exception.propose': ['engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'exception.confirm': ['security', 'secondSecurity'],
  'exception.end': ['engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'incident.manage': ['security', 'secondSecurity'],
  'incident.note': ['engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'source.propose': ['engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'source.approve': ['security', 'secondSecurity'],
  'source.withdraw': ['engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'validation.submit': ['pipeline', 'engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity'],
  'audit.read': ['security', 'secondSecurity', 'auditor'],
  'people.read': ['admin', 'security', 'secondSecurity', 'auditor'],
  'people.manage': ['admin'],
  'session.own': ['admin', 'engineer', 'secondEngineer', 'reviewer', 'security', 'secondSecurity', 'auditor'],
};

const actors = (): [string, Actor][] => {
  const { teamId: _teamId, otherTeamId: _otherTeamId, ...people } = organisation;
  return [...Object.entries(people), ['nobody', { kind: 'anonymous', id: null }], ['system', { kind: 'system', id: null, name: 'worker' }]];
};

describe('a permission on a team’s things', () => {
  it.each(permissions)('%s is held by exactly those who should', (permission) => {
    const holders = actors().filter(([, actor]) => may(actor, permission, { kind: 'team', teamId: organisation.teamId })).map(([name]) => name).sort();
    expect(holders).toEqual([...allowed[permission]].sort());
    const filtered = actors().filter(([, actor]) => { const teams = teamsWith(actor, permission); return teams === 'all' || teams.includes(organisation.teamId); }).map(([name]) => name).sort();
    expect(filtered).toEqual(holders);
  });

  it.each(permissions)('%s does not reach another team', (permission) => {
    for (const [name, actor] of actors()) {
      const grants = actor.kind === 'person' || actor.kind === 'service' ? actor.grants : [];
      if (grants.some((grant) => grant.teamId === null) || name.startsWith('other')) continue;
      expect(may(actor, permission, { kind: 'team', teamId: organisation.otherTeamId }), name).toBe(false);
    }
  });

  it('an admin approves, publishes and reports nothing by that role', () => {
    for (const permission of ['promotion.decide', 'promotion.request', 'model.publish', 'deployment.record', 'policy.manage', 'trust_key.manage', 'finding.triage'] as const) {
      expect(may(organisation.admin, permission, { kind: 'team', teamId: organisation.teamId })).toBe(false);
    }
  });
});

describe('an operation', () => {
  it('is reached by nobody without a role, whatever its input', async () => {
    expect(registeredOperations().length).toBeGreaterThan(15);
    for (const operation of registeredOperations()) expect([...permissions, 'anyone']).toContain(operation.permission);
  });

  it('is open to anyone only where it shows nothing but oneself', () => {
    expect(registeredOperations().filter((operation) => operation.permission === 'anyone').map((operation) => operation.name)).toEqual(['identity.me']);
  });

  it('changes something only by a permission that is more than reading', () => {
    for (const operation of registeredOperations()) if (operation.kind === 'command') expect(['read', 'audit.read', 'people.read', 'anyone']).not.toContain(operation.permission);
  });
});
