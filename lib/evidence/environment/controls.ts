// The four controls of the training stage, from what is known of the environment and of the run itself. Pure.
import { few } from '#lib/evidence/text.ts';
import type { RequirementVerdict, RequirementView } from './checks.ts';
import type { EnvironmentRequirement } from './pod.ts';
import { at, listOf, textOf } from './read.ts';
import type { TrainingControl } from './schema.ts';

/** What the isolated, ephemeral environment of the table of controls stands on. */
const ISOLATION: readonly EnvironmentRequirement[] = ['isolated', 'non_root', 'read_only_root', 'no_privilege_escalation', 'limits', 'read_only_data', 'ephemeral', 'network_egress'];

const worst: readonly RequirementVerdict[] = ['failed', 'stale', 'not_evaluated', 'passed'];
const weakest: readonly RequirementView['strength'][] = ['contradicted', 'missing', 'claimed', 'proven'];

function fromRequirements(requirements: readonly RequirementView[], ids: readonly EnvironmentRequirement[]): Pick<TrainingControl, 'verdict' | 'strength' | 'actual'> {
  const own = requirements.filter(({ requirement }) => ids.includes(requirement));
  const verdict = worst.find((candidate) => own.some((one) => one.verdict === candidate)) ?? 'not_evaluated';
  const deciding = own.filter((one) => one.verdict === verdict);
  const strength = weakest.find((candidate) => deciding.some((one) => one.strength === candidate)) ?? 'missing';
  return { verdict, strength, actual: verdict === 'passed' ? `all ${own.length} hold` : few(deciding.map(({ title, actual }) => `${title}: ${actual}`), 3) };
}

/** What the run says of itself: the facets of the wrapping command, by name. */
export type RunReport = { readonly state: string; readonly log: unknown; readonly execution: unknown; readonly outputs: readonly string[] };

function auditLogging({ state, log }: RunReport): Pick<TrainingControl, 'verdict' | 'strength' | 'actual'> {
  const digest = textOf(at(log, 'digest'));
  const ended = state === 'complete' || state === 'failed' || state === 'aborted';
  if (!ended) return { verdict: 'not_evaluated', strength: 'missing', actual: `the run is ${state}` };
  return digest === null ? { verdict: 'failed', strength: 'claimed', actual: 'the run ended and no log of it is known by digest' } : { verdict: 'passed', strength: 'claimed', actual: `start and end were reported, the log is ${digest}` };
}

const CHECKPOINT = /(?:^|[^a-z])(?:checkpoints?|ckpt)(?:[^a-z]|$)/i;

/** A run reports checkpoints as outputs of that name or in the facet of its execution. That it needed none nobody can tell. */
function checkpointing({ execution, outputs }: RunReport): Pick<TrainingControl, 'verdict' | 'strength' | 'actual'> {
  const named = [...outputs.filter((name) => CHECKPOINT.test(name)), ...listOf(at(execution, 'checkpoints')).flatMap((one) => textOf(at(one, 'name')) ?? [])];
  return named.length > 0 ? { verdict: 'passed', strength: 'claimed', actual: few(named, 3) } : { verdict: 'not_evaluated', strength: 'missing', actual: 'the run reports no checkpoint' };
}

/** The training column of the table of controls; each with the place where what it rests on is shown. */
export function trainingControls(runId: string, requirements: readonly RequirementView[], run: RunReport): TrainingControl[] {
  const href = (anchor: string): string => `/runs/${runId}#${anchor}`;
  return [
    { control: 'isolated_environment', title: 'Isolated, ephemeral environment', ...fromRequirements(requirements, ISOLATION), href: href('isolation') },
    { control: 'audit_logging', title: 'Audit logging', ...auditLogging(run), href: href('log') },
    { control: 'checkpointing', title: 'Checkpointing', ...checkpointing(run), href: href('outputs') },
    { control: 'secrets_management', title: 'Secrets management', ...fromRequirements(requirements, ['secrets']), href: href('isolation') },
  ];
}
