// Assets, their versions and the graph: the public face.
import type { ReadTx } from '#lib/db/client.ts';
import { closureOf } from './graph.ts';
import { assetVersionByDigest as versionByDigest } from './store/assets.ts';
import { runsBeside } from './store/unified.ts';

export * from './queries.ts';
export * from './schema.ts';
export type { Closure } from './graph.ts';
export { assetVersionById as visibleVersion } from './store/assets.ts';
export { edgesBeyond, exactEdge } from './store/closure.ts';

/** The version with this digest (`sha256:…`), whoever may see it; null where no run and no event named it. For rules, not for showing. */
export const assetVersionByDigest = (tx: ReadTx, digest: string) => versionByDigest(tx, 'all', digest);

/** Every version and run that a version came from, over all teams: all of them, up to a million. */
export const upstreamClosure = (tx: ReadTx, assetVersionId: string) => closureOf(tx, [assetVersionId], 'upstream');

/** Every version and run that any of these versions came from, over all teams; `truncated` where there are more than `most`. */
export const upstreamOfVersions = (tx: ReadTx, assetVersionIds: readonly string[], most: number) => closureOf(tx, assetVersionIds, 'upstream', most);

/** Every version and run that came of a version, over all teams: all of them, up to a million. */
export const downstreamClosure = (tx: ReadTx, assetVersionId: string) => closureOf(tx, [assetVersionId], 'downstream');

/** The ids of the runs that produced these bytes, of all teams; at most 1,000. */
export async function producingRuns(tx: ReadTx, digest: string): Promise<string[]> {
  const version = await versionByDigest(tx, 'all', digest);
  return version ? (await runsBeside(tx, 'all', [version.id], 'upstream', 1000)).map((link) => link.runId) : [];
}
export { readFacet } from './facets/index.ts';
