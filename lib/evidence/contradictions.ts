// Where two pieces of evidence that both hold disagree about the same bytes. Pure.

/** What provenance says of the making of one artifact. */
export type BuildClaim = {
  readonly evidenceId: string;
  readonly runId: string | null;
  readonly builderId: string;
  readonly dependencies: readonly { readonly name: string; readonly digest: string | null; readonly commit: string | null }[];
};

/** A disagreement in words, and the evidence on its sides: two or more. */
export type Disagreement = { readonly text: string; readonly about: 'commit' | 'material' | 'metric'; readonly evidenceIds: readonly string[] };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort(byText);
const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((value, index) => value === b[index]);
const short = (value: string): string => value.slice(0, value.startsWith('sha256:') ? 19 : 12);
const list = (values: readonly string[]): string => values.map(short).join(' and ');

type Told = { readonly claims: BuildClaim[]; readonly commits: readonly string[]; readonly materials: ReadonlyMap<string, readonly string[]> };

/** Statements that say the same are one side, however many they are. */
function sides(claims: readonly BuildClaim[]): Told[] {
  const told = new Map<string, Told>();
  for (const claim of claims) {
    const commits = sorted(claim.dependencies.flatMap(({ commit }) => commit ?? []));
    const named = Map.groupBy(claim.dependencies.filter(({ commit, digest }) => commit === null && digest !== null), ({ name }) => name);
    const materials = new Map([...named].map(([name, all]) => [name, sorted(all.flatMap(({ digest }) => digest ?? []))] as const).sort(([a], [b]) => byText(a, b)));
    const key = JSON.stringify([claim.builderId, claim.runId, commits, [...materials]]);
    const known = told.get(key);
    if (known) known.claims.push(claim);
    else told.set(key, { claims: [claim], commits, materials });
  }
  return [...told.values()];
}

/** Sides that are compared with each other. So many different stories about one artifact are contradictory enough. */
const MOST_SIDES = 40;

/** Two builders may not have made the same bytes of different things, nor may one run have been made of two. The same builder may find the same bytes again in another run. */
const mustAgree = (a: BuildClaim, b: BuildClaim): boolean => a.builderId !== b.builderId || (a.runId !== null && a.runId === b.runId);

function differences(a: Told, b: Told): { text: string; about: 'commit' | 'material' }[] {
  const found: { text: string; about: 'commit' | 'material' }[] = [];
  if (a.commits.length > 0 && b.commits.length > 0 && !same(a.commits, b.commits)) found.push({ about: 'commit', text: `commit: ${list(a.commits)}, and ${list(b.commits)}` });
  const shared = [...a.materials].filter(([name]) => b.materials.has(name));
  for (const [name, digests] of shared) {
    const other = b.materials.get(name) ?? [];
    if (!same(digests, other)) found.push({ about: 'material', text: `${name.slice(0, 200)}: ${list(digests.slice(0, 3))}, and ${list(other.slice(0, 3))}` });
  }
  const theirs = new Set([...b.materials.values()].flat());
  const nothingShared = shared.length === 0 && a.materials.size > 0 && b.materials.size > 0 && ![...a.materials.values()].flat().some((digest) => theirs.has(digest));
  return nothingShared ? [...found, { about: 'material', text: 'materials: the two name none in common' }] : found;
}

/** Where verified provenance of one artifact disagrees: which commit or which materials it was made of. */
export function buildDisagreements(claims: readonly BuildClaim[]): Disagreement[] {
  const all = sides([...claims].sort((a, b) => byText(a.evidenceId, b.evidenceId))).slice(0, MOST_SIDES);
  const found = new Map<string, { about: 'commit' | 'material'; ids: Set<string> }>();
  for (const [index, a] of all.entries()) {
    for (const b of all.slice(index + 1)) {
      const [one, other] = [a.claims[0], b.claims[0]];
      if (!one || !other || !mustAgree(one, other)) continue;
      for (const { text, about } of differences(a, b)) {
        const known = found.get(text) ?? { about, ids: new Set<string>() };
        for (const { evidenceId } of [...a.claims.slice(0, 3), ...b.claims.slice(0, 3)]) known.ids.add(evidenceId);
        found.set(text, known);
      }
    }
  }
  return [...found].map(([text, { about, ids }]) => ({ text, about, evidenceIds: sorted(ids) })).sort((a, b) => byText(a.text, b.text));
}

export type EvaluationClaim = {
  readonly evidenceId: string;
  readonly dataset: { readonly name: string; readonly digest: string };
  readonly metrics: readonly { readonly name: string; readonly slice: string | null; readonly value: number }[];
};

/** Evaluations of the same bytes on the same data may differ by rounding and no more. */
export const sameValue = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

/** Metrics for which two verified evaluations of one model on the same dataset version give different values. */
export function evaluationDisagreements(claims: readonly EvaluationClaim[]): Disagreement[] {
  const values = new Map<string, { metric: EvaluationClaim['metrics'][number]; dataset: string; found: { value: number; evidenceId: string }[] }>();
  for (const { evidenceId, dataset, metrics } of claims) {
    for (const metric of metrics) {
      const key = JSON.stringify([dataset.digest, metric.name, metric.slice]);
      const known = values.get(key) ?? { metric, dataset: dataset.name, found: [] };
      if (!known.found.some(({ value }) => sameValue(value, metric.value))) known.found.push({ value: metric.value, evidenceId });
      values.set(key, known);
    }
  }
  return [...values.values()]
    .filter(({ found }) => found.length > 1)
    .map(({ metric, dataset, found }): Disagreement => ({
      about: 'metric',
      text: `${metric.name}${metric.slice === null ? '' : ` for ${metric.slice}`} on ${dataset}: ${found.map(({ value }) => value).sort((a, b) => a - b).join(' and ')}`,
      evidenceIds: sorted(found.map(({ evidenceId }) => evidenceId)),
    }))
    .sort((a, b) => byText(a.text, b.text));
}
