// May this digest run here? The rule, from facts that are gathered elsewhere. Pure; what is unknown means no.
import { blocks, type Environment, type EnvironmentTier, type RuleResult } from '#lib/policy/index.ts';
import type { DecisionReason } from './schema.ts';

/** A promotion of exactly this digest into this environment, as it stands now. */
export type Candidate = { readonly promotionId: string; readonly state: string; readonly stale: readonly string[]; readonly approvalsComplete: boolean };

export type DeployQuestion = {
  readonly environment: Environment;
  /** By whose rules it is held; production where that is not known. */
  readonly tier: EnvironmentTier;
  /** A registered version with this digest that the asker may see. */
  readonly registered: boolean;
  readonly quarantined: boolean;
  /** The environment’s policy asks for a promotion; always true for the tier production. */
  readonly needsPromotion: boolean;
  readonly policyUsable: boolean;
  /** The live evaluation of the environment’s policy, for environments that only warn. */
  readonly results: readonly RuleResult[];
  readonly candidates: readonly Candidate[];
  /** What the person who answers for the deploying account had to do with the pipeline, in words. */
  readonly separation: readonly string[];
  /** What stands against it at this moment and on this endpoint, though its promotion lives. */
  readonly momentary?: readonly DecisionReason[];
  /** What the question itself says that stands in the way: an endpoint of another team, an account that may not deploy. */
  readonly restricting?: readonly DecisionReason[];
  /** State of the newest request, where none could be used. */
  readonly latest: { readonly promotionId: string; readonly state: string } | null;
};

export type Ruling = { readonly allowed: boolean; readonly reasons: readonly DecisionReason[]; readonly promotionId: string | null };

const no = (...reasons: DecisionReason[]): Ruling => ({ allowed: false, reasons, promotionId: null });

const latestSentence: Readonly<Record<string, string>> = {
  open: 'The request for it is not decided yet.',
  rejected: 'The newest request for it was rejected.',
  withdrawn: 'The newest request for it was withdrawn.',
  stale: 'The newest request for it is stale.',
};

/** The ruling; what the question adds of itself can only turn a yes into a no. */
export function ruling(question: DeployQuestion): Ruling {
  const given = rulingOnFacts(question);
  const { restricting = [] } = question;
  return given.allowed && restricting.length > 0 ? no(...restricting) : given;
}

/** Sandbox lets registered versions run, staging lets them run and warns, production asks for a living promotion. */
function rulingOnFacts(question: DeployQuestion): Ruling {
  const { environment } = question;
  if (!question.registered) return no({ code: 'not_registered', message: 'No registered model version has this digest: publish it first. Nothing unknown runs anywhere.' });
  if (question.quarantined) return no({ code: 'quarantined', message: 'These bytes, or something they were made from, are in quarantine.' });
  if (!question.needsPromotion) {
    const warnings = question.results.filter(({ verdict, level }) => verdict !== 'passed' && level !== 'record');
    const blocking = warnings.filter(blocks);
    const reasons = warnings.map(({ ruleId, title, verdict, actual, reason, exception }): DecisionReason => ({ code: ruleId, message: `${title}: ${verdict === 'failed' ? `failed, found ${actual}` : `not evaluated, ${reason ?? 'unknown'}`}${exception ? `; excepted until ${exception.expiresAt} because ${exception.reason}` : ''}` }));
    if (blocking.length > 0) return { allowed: false, reasons, promotionId: null };
    const note: DecisionReason = { code: `${environment}_open`, message: question.tier === 'sandbox' ? 'Experiments are free: recorded, not judged.' : warnings.length === 0 ? 'Registered, and nothing to warn of.' : 'Registered. What follows would stop it at production.' };
    return { allowed: true, reasons: [note, ...reasons], promotionId: null };
  }
  if (!question.policyUsable) return no({ code: 'no_policy', message: `No usable policy is active for ${environment}.` });
  const living = question.candidates.find(({ stale, approvalsComplete }) => stale.length === 0 && approvalsComplete);
  if (living && question.separation.length > 0) return no(...question.separation.map((message) => ({ code: 'separation_of_duties', message: `${message} Who changes a pipeline does not trigger the deployment of what it made.` })));
  if (living && question.momentary && question.momentary.length > 0) return { allowed: false, reasons: question.momentary, promotionId: null };
  if (living) return { allowed: true, reasons: [{ code: 'promoted', message: `A promotion of exactly these bytes into ${environment} is approved, and nothing it was decided on has changed.` }], promotionId: living.promotionId };
  const reasons = question.candidates.flatMap(({ promotionId, stale, approvalsComplete }): DecisionReason[] => [
    ...stale.map((reason) => ({ code: 'promotion_stale', message: `Promotion ${promotionId} is stale: ${reason}.` })),
    ...(approvalsComplete ? [] : [{ code: 'approvals_incomplete', message: `Promotion ${promotionId} does not have the approvals that its policy asks for.` }]),
  ]);
  if (reasons.length > 0) return { allowed: false, reasons, promotionId: null };
  const { latest } = question;
  if (latest) return no({ code: `promotion_${latest.state}`, message: `${latestSentence[latest.state] ?? 'No request for it is approved.'} (${latest.promotionId})` });
  return no({ code: 'not_promoted', message: `Nobody has asked for the promotion of these bytes into ${environment}.` });
}
