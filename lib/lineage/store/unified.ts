// The walk over things instead of names: versions that are one under several names are walked together, and one of them stands for all.
import type { ReadTx } from '#lib/db/client.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { OneWay } from '../schema.ts';
import { sameVersions } from './names.ts';
import * as walk from './walk.ts';

/** The versions that are asked about with those that are the same, and the one that was asked about for each. */
async function withMembers(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[]): Promise<{ readonly ids: readonly string[]; readonly asked: (id: string) => string }> {
  const same = await sameVersions(tx, teams, versionIds);
  const asked = new Map<string, string>();
  for (const id of versionIds) for (const member of same.members(id)) if (!asked.has(member) || member === id) asked.set(member, id);
  return { ids: [...asked.keys()], asked: (id) => asked.get(id) ?? id };
}

/** As `walk.runsBeside`, of each version under all its names. */
export async function runsBeside(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], way: OneWay, most: number, asOf: string | null = null): Promise<walk.Link[]> {
  const all = await withMembers(tx, teams, versionIds);
  return (await walk.runsBeside(tx, teams, all.ids, way, most, asOf)).map((link) => ({ ...link, versionId: all.asked(link.versionId) }));
}

/** As `walk.versionsBeside`, with the version that stands for each. */
export async function versionsBeside(tx: ReadTx, teams: TeamFilter, runIds: readonly string[], way: OneWay, most: number, asOf: string | null = null): Promise<walk.LinkToVersion[]> {
  const links = await walk.versionsBeside(tx, runIds, way, most, asOf);
  const { standing } = await sameVersions(tx, teams, [...new Set(links.map((link) => link.versionId))]);
  return links.map((link) => ({ ...link, versionId: standing(link.versionId) }));
}

/** As `walk.linksBetween`; one for each pair and side, however many names a run used. What a run was made of stands with its inputs. */
export async function linksBetween(tx: ReadTx, teams: TeamFilter, runIds: readonly string[], versionIds: readonly string[], asOf: string | null = null): Promise<walk.DrawnLink[]> {
  const all = await withMembers(tx, teams, versionIds);
  const links = (await walk.linksBetween(tx, runIds, all.ids, asOf)).map((link) => ({ ...link, versionId: all.asked(link.versionId), direction: link.direction === 'output' ? link.direction : ('input' as const) }));
  return [...new Map(links.map((link) => [`${link.runId} ${link.versionId} ${link.direction}`, link])).values()];
}

/** As `walk.versionsWithRestrictedRuns`, of each version under all its names. */
export async function versionsWithRestrictedRuns(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], asOf: string | null = null): ReturnType<typeof walk.versionsWithRestrictedRuns> {
  if (teams === 'all') return [];
  const all = await withMembers(tx, teams, versionIds);
  const rows = (await walk.versionsWithRestrictedRuns(tx, teams, all.ids, asOf)).map((row) => ({ ...row, versionId: all.asked(row.versionId) }));
  return [...new Map(rows.map((row) => [`${row.versionId} ${row.direction}`, row])).values()];
}

/** As `walk.countRunsBeside`, added up over the names. A run that used two of them counts twice. */
export async function countRunsBeside(tx: ReadTx, teams: TeamFilter, versionIds: readonly string[], asOf: string | null = null): Promise<walk.Counts[]> {
  const all = await withMembers(tx, teams, versionIds);
  const counts = new Map<string, walk.Counts>();
  for (const { id, upstream, downstream } of await walk.countRunsBeside(tx, teams, all.ids, asOf)) {
    const asked = all.asked(id);
    counts.set(asked, { id: asked, upstream: upstream + (counts.get(asked)?.upstream ?? 0), downstream: downstream + (counts.get(asked)?.downstream ?? 0) });
  }
  return [...counts.values()];
}
