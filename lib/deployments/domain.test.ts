// May this digest run here? The rule without a database: what is unknown means no.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleResult } from '#lib/policy/index.ts';
import { ruling, type Candidate, type DeployQuestion } from './domain.ts';

const living: Candidate = { promotionId: 'p1', state: 'approved', stale: [], approvalsComplete: true };
const question = (changes: Partial<DeployQuestion> = {}): DeployQuestion => ({ environment: 'production', tier: 'production', registered: true, quarantined: false, needsPromotion: true, policyUsable: true, results: [], candidates: [living], separation: [], latest: null, ...changes });
const result = (changes: Partial<RuleResult>): RuleResult => ({ ruleId: 'r', title: 'T', level: 'warn', verdict: 'failed', expected: 'e', actual: 'a', reason: null, remedy: 'm', exception: null, ...changes });
const codes = (changes: Partial<DeployQuestion>) => {
  const { allowed, reasons } = ruling(question(changes));
  return [allowed, ...reasons.map(({ code }) => code)];
};

describe('production', () => {
  it('runs what a living promotion of exactly these bytes allows', () => {
    expect(ruling(question())).toMatchObject({ allowed: true, promotionId: 'p1', reasons: [{ code: 'promoted' }] });
  });

  it.each<[string, Partial<DeployQuestion>, string]>([
    ['an unknown digest', { registered: false }, 'not_registered'],
    ['quarantined bytes', { quarantined: true }, 'quarantined'],
    ['what the person behind the deployer had a hand in', { separation: ['They trained it.'] }, 'separation_of_duties'],
    ['what nobody asked for', { candidates: [] }, 'not_promoted'],
    ['what is not decided yet', { candidates: [], latest: { promotionId: 'p', state: 'open' } }, 'promotion_open'],
    ['what was rejected', { candidates: [], latest: { promotionId: 'p', state: 'rejected' } }, 'promotion_rejected'],
    ['a stale promotion', { candidates: [{ ...living, stale: ['it expired'] }] }, 'promotion_stale'],
    ['a promotion whose approvals are not there', { candidates: [{ ...living, approvalsComplete: false }] }, 'approvals_incomplete'],
    ['anything while no policy can be used', { policyUsable: false }, 'no_policy'],
  ])('does not run %s', (_what, changes, code) => {
    expect(codes(changes)).toEqual([false, code]);
  });

  it('runs by any promotion that lives, beside ones that do not', () => {
    expect(codes({ candidates: [{ ...living, promotionId: 'old', stale: ['it expired'] }, living] })).toEqual([true, 'promoted']);
  });

  it('never says yes without a reason, and never without a living promotion', () => {
    const candidate = fc.record({ promotionId: fc.uuid(), state: fc.constantFrom('approved', 'deployed'), stale: fc.array(fc.constant('changed'), { maxLength: 2 }), approvalsComplete: fc.boolean() });
    fc.assert(
      fc.property(fc.record({ registered: fc.boolean(), quarantined: fc.boolean(), policyUsable: fc.boolean(), candidates: fc.array(candidate, { maxLength: 4 }) }), (facts) => {
        const answer = ruling(question(facts));
        expect(answer.reasons.length).toBeGreaterThan(0);
        if (answer.allowed) expect(facts.candidates.find(({ promotionId }) => promotionId === answer.promotionId)).toMatchObject({ stale: [], approvalsComplete: true });
        if (answer.allowed) expect([facts.registered, facts.quarantined, facts.policyUsable]).toEqual([true, false, true]);
      }),
    );
  });
});

describe('staging and sandbox', () => {
  it('staging runs registered versions and says what would stop them later', () => {
    const answer = ruling(question({ environment: 'staging', tier: 'staging', needsPromotion: false, candidates: [], results: [result({}), result({ ruleId: 'passes', verdict: 'passed' })] }));
    expect(answer).toMatchObject({ allowed: true, reasons: [{ code: 'staging_open' }, { code: 'r', message: 'T: failed, found a' }] });
  });

  it('staging with a rule that blocks is blocked by it', () => {
    expect(codes({ environment: 'staging', tier: 'staging', needsPromotion: false, candidates: [], results: [result({ level: 'block', verdict: 'not_evaluated', reason: 'needs x' })] })).toEqual([false, 'r']);
  });

  it('sandbox runs registered versions; neither runs the unknown or the quarantined', () => {
    for (const environment of ['sandbox', 'staging'] as const) {
      const open = { environment, needsPromotion: false, candidates: [] };
      expect(codes(open)[0]).toBe(true);
      expect(codes({ ...open, registered: false })).toEqual([false, 'not_registered']);
      expect(codes({ ...open, quarantined: true })).toEqual([false, 'quarantined']);
    }
  });
});
