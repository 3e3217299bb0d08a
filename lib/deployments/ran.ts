// What ran on a day: each endpoint's stretches of time, with who approved and who deployed, and the gaps between them.
import { z } from 'zod';
import { kernelFailure } from '#lib/kernel/errors.ts';
import { csvOf } from '#lib/kernel/export.ts';
import { several } from '#lib/kernel/list-input.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { environment, unknownEnvironment } from '#lib/policy/index.ts';
import { ranBetween, type RanRow } from './store/ran.ts';

const most = 2_000;
const dayMilliseconds = 86_400_000;

export const ranStretch = z.object({
  environment: z.string(),
  endpoint: z.string(),
  from: z.string().describe('When it began, within the day.'),
  until: z.string().describe('When it ended, within the day; of today: now.'),
  ran: z
    .object({ deploymentId: z.string(), team: z.string(), model: z.string(), version: z.number().int(), digest: z.string(), deployedBy: z.string(), deployedAt: z.string(), endedAt: z.string().nullable(), promotionId: z.string().nullable(), requestedBy: z.string().nullable(), emergency: z.boolean(), approvals: z.array(z.object({ name: z.string(), role: z.string(), at: z.string() })) })
    .nullable()
    .describe('null: nothing ran there.'),
});
export type RanStretch = z.infer<typeof ranStretch>;

const iso = (value: unknown): string => new Date(value as string).toISOString();

/** Stretches of one endpoint in order, a gap wherever nothing ran. Pure; rows are by start and do not overlap. */
export function stretches(rows: readonly RanRow[], from: string, to: string): RanStretch[] {
  const result: RanStretch[] = [];
  let reached = from;
  let [place] = rows;
  const gapUntil = (until: string) => { if (place && reached < until) result.push({ environment: place.environment, endpoint: place.endpoint, from: reached, until, ran: null }); };
  for (const row of rows) {
    if (place && (row.environment !== place.environment || row.endpoint !== place.endpoint)) {
      gapUntil(to);
      reached = from;
    }
    place = row;
    const [began, ended] = [iso(row.deployed_at), row.ended_at === null ? null : iso(row.ended_at)];
    const begin = began > from ? began : from;
    const end = ended !== null && ended < to ? ended : to;
    gapUntil(begin);
    const { id, team, model, version, digest, deployed_by, promotion_id, requested_by, emergency, approvals } = row;
    result.push({ environment: row.environment, endpoint: row.endpoint, from: begin, until: end, ran: { deploymentId: id, team, model, version, digest, deployedBy: deployed_by, deployedAt: began, endedAt: ended, promotionId: promotion_id, requestedBy: requested_by, emergency, approvals: approvals.map((each) => ({ ...each, at: iso(each.at) })) } });
    reached = end;
  }
  gapUntil(to);
  return result;
}

const ranOn = z.object({ day: z.string(), items: z.array(ranStretch), truncated: z.boolean(), format: z.enum(['page', 'csv', 'json']) });
const csvColumns = ['environment', 'endpoint', 'from', 'until', 'model', 'version', 'digest', 'team', 'deployedBy', 'deployedAt', 'requestedBy', 'approvedBy', 'emergency', 'promotionId'] as const;

function asAnswer({ format, ...answer }: z.infer<typeof ranOn>): unknown {
  if (format === 'page') return answer;
  const headers = { 'Content-Disposition': `attachment; filename="ran-${answer.day}.${format}"`, ...(answer.truncated ? { 'X-Truncated': 'true' } : {}) };
  if (format === 'json') return new Response(JSON.stringify(answer.items), { headers: { 'Content-Type': 'application/json', ...headers } });
  const rows = answer.items.map(({ ran, ...where }) => ({ ...where, model: ran?.model ?? 'nothing', version: ran?.version ?? null, digest: ran?.digest ?? null, team: ran?.team ?? null, deployedBy: ran?.deployedBy ?? null, deployedAt: ran?.deployedAt ?? null, requestedBy: ran?.requestedBy ?? null, approvedBy: ran?.approvals.map(({ name, role }) => `${name} (${role})`).join('; ') ?? null, emergency: ran?.emergency ?? null, promotionId: ran?.promotionId ?? null }));
  return new Response(csvOf(rows, csvColumns), { headers: { 'Content-Type': 'text/csv; charset=utf-8', ...headers } });
}

/** What ran on a day (UTC), by the database's clock; also as CSV. A day that has not begun is refused. */
export const whatRan = query({
  name: 'deployments.whatRan',
  summary: 'What ran on a day, where, who approved and who deployed it, and when nothing ran',
  input: z.strictObject({ day: z.iso.date(), environment: several(environment), format: z.enum(['page', 'csv', 'json']).default('page') }),
  output: ranOn,
  permission: 'read',
  run: async (tx, input, { teams, now }) => {
    const unknown = await unknownEnvironment(tx, input.environment);
    if (unknown) return unknown;
    const begin = Date.parse(`${input.day}T00:00:00.000Z`);
    if (!(begin >= 0 && begin <= Date.parse(now))) return kernelFailure('invalid', 'kernel.invalid_input', 'That day has not begun, or lies before 1970.', { errors: [{ path: 'day', message: 'must be a day of the past, or today' }] });
    const from = new Date(begin).toISOString();
    const to = new Date(Math.min(begin + dayMilliseconds, Date.parse(now))).toISOString();
    const rows = await ranBetween(tx, teams, input.environment, from, to, most + 1);
    return ok({ day: input.day, items: stretches(rows.slice(0, most), from, to), truncated: rows.length > most, format: input.format });
  },
  http: { method: 'GET', path: '/api/v1/deployments/ran', tag: 'Deployments', body: 'none', present: asAnswer },
});
