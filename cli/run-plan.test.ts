// Rules of the declared tolerances.
import { describe, expect, it } from 'vitest';
import { UsageError } from '#cli/arguments.ts';
import { planRun } from '#cli/run-plan.ts';

const plan = (...options: string[]) => planRun(['--pipeline', 'p', '--stage', 's', ...options, '--', 'true']);

describe('--tolerance', () => {
  it.each([
    ['auc=0.005', { name: 'auc', slice: null, absolute: 0.005, relative: null }],
    ['auc=0', { name: 'auc', slice: null, absolute: 0, relative: null }],
    ['rmse=1e-3', { name: 'rmse', slice: null, absolute: 0.001, relative: null }],
    ['auc=1%', { name: 'auc', slice: null, absolute: null, relative: 0.01 }],
  ])('%s is read', (given, expected) => {
    expect(plan('--tolerance', given).tolerances).toEqual([expected]);
  });

  it('may be given for several metrics, once for each', () => {
    expect(plan('--tolerance', 'auc=0.1', '--tolerance', 'f1=0.1').tolerances).toHaveLength(2);
    expect(() => plan('--tolerance', 'auc=0.1', '--tolerance', 'auc=0.2')).toThrow(UsageError);
  });

  it.each(['auc', 'auc=', 'auc=-0.1', 'auc=%', 'auc=much', 'auc=Infinity', 'auc=1e999', 'auc=0x10', '=0.1'])('refuses %s before anything runs', (given) => {
    expect(() => plan('--tolerance', given)).toThrow(UsageError);
  });
});
