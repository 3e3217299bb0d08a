// `gatehouse may-deploy`: asks whether a digest may run in an environment. Whatever is not a clear yes is no yes.
import { z } from 'zod';
import { checkedName, optional, type OptionSpecs, parseArguments, required } from '#cli/arguments.ts';
import { jsonOf } from '#cli/answers.ts';
import { ANSWER_OPTIONS, askPortal, DIGEST_OPTIONS, digestFrom, printResult } from '#cli/control.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { printable, say } from '#cli/output.ts';

export const MAY_DEPLOY_OPTIONS: OptionSpecs = { ...DIGEST_OPTIONS, environment: { value: 'NAME', required: true, example: 'production' }, endpoint: { value: 'NAME', example: 'fraud-api' }, identity: { value: 'ACCOUNT', example: 'fraud-deployer' }, ...ANSWER_OPTIONS };

const reason = z.object({ code: z.string(), message: z.string() });
const decision = z.object({ allowed: z.boolean(), digest: z.string(), environment: z.string(), reasons: z.array(reason), decidedAt: z.string(), requestId: z.string(), promotionId: z.string().nullable(), endpoint: z.string().nullable().default(null), identity: z.string().nullable().default(null) });

/** Exit code 0 for yes, 3 for no, 2 when no answer could be had. */
export async function mayDeploy(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, MAY_DEPLOY_OPTIONS);
  const environment = checkedName(required(parsed, 'environment'), '--environment');
  const endpoint = optional(parsed, 'endpoint');
  const identity = optional(parsed, 'identity');
  const digest = await digestFrom(parsed);
  const query = new URLSearchParams({ digest, environment, ...(endpoint === null ? {} : { endpoint }), ...(identity === null ? {} : { identity }) });
  const { answer, verdict } = await askPortal(parsed, { method: 'GET', path: `/api/v1/decisions/deploy?${query.toString()}`, contentType: null, body: null });
  if (answer.kind !== 'answer' || answer.status !== 200) return noAnswer(verdict.says);
  const read = decision.safeParse(jsonOf(answer));
  if (!read.success) return noAnswer(`the answer is not a decision (${verdict.says})`);
  const given = read.data;
  // An answer to another question, from a cache or a proxy, must not pass for this one.
  if (given.digest !== digest || given.environment !== environment || given.endpoint !== endpoint || given.identity !== identity) return noAnswer('the decision is about another digest, environment, endpoint or identity');
  const where = `${digest} in ${environment}`;
  if (given.allowed) {
    printResult(parsed, given, `yes: ${printable(where)} is allowed${given.promotionId === null ? '' : ` by promotion ${printable(given.promotionId)}`}`);
    return EXIT.ok;
  }
  printResult(parsed, given, `no: ${printable(where)} is not allowed: ${listReasons(given.reasons)} (request ${printable(given.requestId)})`);
  return EXIT.notAllowed;
}

/** Reasons on one line, with their codes. */
export function listReasons(reasons: readonly z.infer<typeof reason>[]): string {
  return reasons.length === 0 ? 'no reason was given' : reasons.map(({ code, message }) => `${printable(message)} [${printable(code)}]`).join('; ');
}

function noAnswer(says: string): number {
  say(`no decision could be had, so do not deploy: ${says}`);
  return EXIT.noAnswer;
}
