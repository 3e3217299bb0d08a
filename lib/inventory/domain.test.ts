// The rules of the inventory: states, uses, what is wrong, how severe; and what a policy is told of the data upstream.
import { describe, expect, it } from 'vitest';
import { arrivedUnapproved, severityOf, stateAt, useOf, wrongWith } from './domain.ts';
import { sourceName } from './schema.ts';
import { dataSourcesOf, type InventoryFacts, type Upstream } from './upstream.ts';
import { strengthBeside } from './validations.ts';

describe('the state of a source', () => {
  it('is approved until its moment and expired from it on', () => {
    expect(stateAt('approved', '2026-01-02T00:00:00Z', '2026-01-01T23:59:59Z')).toBe('approved');
    expect(stateAt('approved', '2026-01-02T00:00:00Z', '2026-01-02T00:00:00Z')).toBe('expired');
    expect(stateAt('approved', null, '2026-01-02T00:00:00Z')).toBe('expired');
    expect(stateAt('withdrawn', null, '2026-01-02T00:00:00Z')).toBe('withdrawn');
  });
});

describe('the use of data', () => {
  it.each([['train', 'training'], ['training-features', 'training'], ['evaluate', 'evaluation'], ['score', 'inference'], ['validate-2001-01', 'testing'], ['ingest', null], ['trainee', null], ['', null]] as const)('of the stage %s is %s', (stage, use) => {
    expect(useOf({ stage, jobName: 'job', producesModel: false })).toBe(use);
  });
  it('is training wherever a model comes out, whatever the stage is called', () => {
    expect(useOf({ stage: 'validate', jobName: 'job', producesModel: true })).toBe('training');
  });
  it('is read from the last part of the job’s name where there is no stage', () => {
    expect(useOf({ stage: null, jobName: 'flights.evaluate', producesModel: false })).toBe('evaluation');
  });
});

describe('a source in use', () => {
  it('is wrong by its state, and by each use that it is not allowed for', () => {
    expect(wrongWith('approved', ['training'], ['training', null])).toEqual([]);
    expect(wrongWith('approved', ['analytics'], ['training', 'evaluation', 'training'])).toEqual([{ rule: 'use_not_allowed', use: 'evaluation' }, { rule: 'use_not_allowed', use: 'training' }]);
    expect(wrongWith('expired', ['training'], ['training'])).toEqual([{ rule: 'expired_source', use: null }]);
    expect(wrongWith('proposed', ['training'], [null])).toEqual([{ rule: 'unapproved_source', use: null }]);
  });
  it('that nobody reads is not wrong', () => {
    expect(wrongWith('withdrawn', [], [])).toEqual([]);
  });
  it('is one step more severe in production, and never beyond critical', () => {
    expect(severityOf('unapproved_source', 'restricted', false)).toBe('high');
    expect(severityOf('unapproved_source', 'restricted', true)).toBe('critical');
    expect(severityOf('expired_source', 'public', false)).toBe('low');
    expect(severityOf('no_approved_ingestion', null, true)).toBe('critical');
  });
});

describe('a version that was read', () => {
  it('of a source came in the approved way only where an ingestion job of each source produced it', () => {
    expect(arrivedUnapproved({ sources: [{ id: 'a', ingested: true }], derived: false, digest: 'd' }, true)).toBe(false);
    expect(arrivedUnapproved({ sources: [{ id: 'a', ingested: true }, { id: 'b', ingested: false }], derived: true, digest: 'd' }, false)).toBe(true);
  });
  it('of no source is judged only for a team that keeps an inventory, and only where nothing known made it', () => {
    expect(arrivedUnapproved({ sources: [], derived: false, digest: 'd' }, true)).toBe(true);
    expect(arrivedUnapproved({ sources: [], derived: false, digest: 'd' }, false)).toBe(false);
    expect(arrivedUnapproved({ sources: [], derived: true, digest: 'd' }, true)).toBe(false);
  });
});

describe('a beginning of names', () => {
  it('ends where a name’s part ends, so that it takes in nobody else’s', () => {
    const of = (name: string) => sourceName.safeParse({ namespace: 'n', name, prefix: true }).success;
    expect([of('flights/'), of('db.schema.'), of('s3:'), of('flights'), of('/'), of('')]).toEqual([true, true, true, false, false, false]);
  });
});

describe('what a policy is told of the sources upstream', () => {
  const upstream = (more: Partial<Upstream> = {}): Upstream => ({
    teamId: 'team', trainingInputs: ['features'], truncated: false,
    runs: [{ id: 'make', inputs: ['raw'] }, { id: 'bring', inputs: ['zone'] }],
    versions: [{ id: 'features', digest: 'sha256:f', name: 'features', kind: 'features', producers: ['make'] }, { id: 'raw', digest: 'sha256:r', name: 'raw', kind: 'dataset', producers: ['bring'] }, { id: 'zone', digest: 'sha256:z', name: 'zone', kind: 'dataset', producers: [] }],
    ...more,
  });
  const source = { id: 's', teamId: 'team', name: 'Flights', uses: ['training' as const], stored: 'approved' as const, expired: false };
  const facts = (more: Partial<InventoryFacts> = {}): InventoryFacts => ({ keeps: true, sources: [source], belonging: [{ versionId: 'raw', sourceId: 's', ingested: true }], ...more });

  it('is nothing known, where nobody keeps an inventory', () => {
    expect(dataSourcesOf(upstream(), facts({ keeps: false, sources: [], belonging: [] }))).toBeNull();
  });
  it('is nothing known, where no data is known upstream', () => {
    expect(dataSourcesOf(upstream({ trainingInputs: [] }), facts())).toBeNull();
  });
  it('is that all is approved, where an approved source that a job brought in answers for what lies behind it', () => {
    expect(dataSourcesOf(upstream(), facts())).toEqual({ unapproved: [] });
  });
  it('names what is of no source', () => {
    expect(dataSourcesOf(upstream(), facts({ belonging: [] }))).toEqual({ unapproved: ['zone (sha256:z): of no source'] });
  });
  it('names each thing that is wrong with a source, an approval that is over among them', () => {
    const wrong = { ...source, expired: true, uses: [] };
    expect(dataSourcesOf(upstream(), facts({ sources: [wrong], belonging: [{ versionId: 'raw', sourceId: 's', ingested: false }] }))?.unapproved).toEqual([
      'raw (sha256:r): source Flights, no approved ingestion produced these bytes', 'raw (sha256:r): source Flights, not allowed for training', 'raw (sha256:r): source Flights, the approval is over',
    ]);
  });
  it('does not tell the name of another team’s source', () => {
    expect(JSON.stringify(dataSourcesOf(upstream(), facts({ sources: [{ ...source, teamId: 'other', stored: 'proposed' }] })))).not.toContain('Flights');
  });
  it('is not all approved where the lineage was cut off', () => {
    expect(dataSourcesOf(upstream({ truncated: true }), facts())?.unapproved).toHaveLength(1);
  });
  it('ends on lineage that goes in circles', () => {
    const circle = upstream({ runs: [{ id: 'make', inputs: ['raw'] }, { id: 'bring', inputs: ['features'] }] });
    expect(dataSourcesOf(circle, facts({ belonging: [{ versionId: 'zone', sourceId: 's', ingested: true }] }))).toBeNull();
  });
});

describe('the strength of a claimed result', () => {
  const result = (passed: boolean) => ({ expectation: 'not_null', column: 'a', passed, severity: null, observed: null, unexpectedPercent: null, exception: null });
  const attested = new Map([['not_null\u0000a', true]]);
  it('is that of the attested tests of the same columns', () => {
    expect(strengthBeside([result(true)], attested)).toBe('proven');
    expect(strengthBeside([result(false)], attested)).toBe('contradicted');
    expect(strengthBeside([result(true)], new Map())).toBe('claimed');
    expect(strengthBeside([], attested)).toBe('claimed');
  });
});
