// Whether somebody ran the same work again and got the same bytes: for decisions, over all teams, since it shows nothing.
import type { ReadTx } from '#lib/db/client.ts';
import { comparedFields, ingoingSections, type Compared } from './compare.ts';
import { comparedRuns } from './queries.ts';
import { inputKeys, runsOfSameJob } from './store/tree.ts';
import { reproductionOf } from './verdict.ts';

export type Attempt = { readonly runId: string; readonly matched: boolean; readonly endedAt: string };

/** Runs of the same job looked at on either side of the run, and how many of those with the same inputs are compared. */
const nearby = 200;
const mostCompared = 10;

const wrote = ({ outputs }: Compared, digest: string): boolean => outputs.some((output) => output.digest === digest);

/**
 * Same inputs by digest, same code, parameters, image and environment, both complete; and code or image is recorded at
 * all, so that nothing counts as a repetition of which only the inputs are known.
 */
function isAttempt(a: Compared, b: Compared): boolean {
  const fields = comparedFields(a, b);
  const { verdict } = reproductionOf(a, b, fields);
  const recorded = fields.some(({ section, field, decides }) => decides && (ingoingSections as readonly string[]).includes(section) && (field === 'commit' || field === 'container image'));
  return verdict !== 'not_comparable' && recorded && fields.some(({ section }) => section === 'inputs');
}

/**
 * The newest other run that did the same work as this one (same job, inputs by digest, code, image and configuration),
 * and whether it wrote the bytes with this digest too. Null: nobody tried again. At most 200 runs of the job on
 * either side are looked at, and the newest 10 with the same inputs compared.
 */
export async function newestAttempt(tx: ReadTx, runId: string, digest: string): Promise<Attempt | null> {
  const near = (await runsOfSameJob(tx, 'all', runId, nearby, false)).filter((other) => other.state === 'complete' && other.id !== runId && other.endedAt !== null);
  if (near.length === 0) return null;
  const keys = await inputKeys(tx, [runId, ...near.map(({ id }) => id)]);
  const key = keys.get(runId);
  const same = key === undefined ? [] : near.filter(({ id }) => keys.get(id) === key);
  const newest = [...same].sort((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? '') || b.id.localeCompare(a.id)).slice(0, mostCompared);
  if (newest.length === 0) return null;
  const compared = await comparedRuns(tx, 'all', [runId, ...newest.map(({ id }) => id)]);
  const mine = compared.get(runId);
  for (const { id, endedAt } of newest) {
    const other = compared.get(id);
    if (mine && other && endedAt !== null && isAttempt(mine, other)) return { runId: id, matched: wrote(mine, digest) && wrote(other, digest), endedAt };
  }
  return null;
}
