// How a request's approvals are told.
import type { ApprovalNeed, PromotionSummary } from '#lib/approvals/schema.ts';

/** `1/1 reviewer · 0/1 security`. */
export const needsText = (needs: readonly ApprovalNeed[]): string => (needs.length === 0 ? 'none asked for' : needs.map(({ role, needed, given }) => `${Math.min(given, needed)}/${needed} ${role}`).join(' · '));

/** `2 approvals needed, 1 given`. */
export function needsSentence(needs: readonly ApprovalNeed[]): string {
  const needed = needs.reduce((sum, need) => sum + need.needed, 0);
  const given = needs.reduce((sum, need) => sum + Math.min(need.given, need.needed), 0);
  return `${needed} ${needed === 1 ? 'approval' : 'approvals'} needed, ${given} given`;
}

const hour = 3_600_000;

/** What to remind a decider of: requests that have waited for more than a day, and those that expire within two. Null: of nothing. */
export function reminder(waiting: readonly Pick<PromotionSummary, 'requestedAt' | 'expiresAt'>[], now: number): string | null {
  const old = waiting.filter(({ requestedAt }) => now - Date.parse(requestedAt) > 24 * hour).length;
  const ending = waiting.filter(({ expiresAt }) => Date.parse(expiresAt) - now < 48 * hour).length;
  const told = [...(old > 0 ? [`${old} ${old === 1 ? 'has' : 'have'} waited for more than a day`] : []), ...(ending > 0 ? [`${ending} ${ending === 1 ? 'expires' : 'expire'} within two days`] : [])];
  return told.length === 0 ? null : `Of the requests that wait for you, ${told.join(' and ')}.`;
}
