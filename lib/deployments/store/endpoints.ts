// SQL of reports about endpoints.
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { keyset, visibleTo } from '#lib/db/conditions.ts';
import { endpointReport } from '#lib/db/schema/assurance.ts';
import { serviceAccount, team } from '#lib/db/schema/identity.ts';
import { model } from '#lib/db/schema/registry.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

export const insertEndpointReport = (tx: WriteTx, row: typeof endpointReport.$inferInsert) => tx.insert(endpointReport).values(row);

export const modelIdOfTeam = async (tx: ReadTx, teamId: string, name: string): Promise<string | null> => (await tx.select({ id: model.id }).from(model).where(and(eq(model.teamId, teamId), eq(model.name, name))))[0]?.id ?? null;

const isNewest = sql<boolean>`not exists (select 1 from endpoint_report n where n.team_id = ${endpointReport.teamId} and n.environment = ${endpointReport.environment} and n.endpoint = ${endpointReport.endpoint} and (n.reported_at, n.id) > (${endpointReport.reportedAt}, ${endpointReport.id}))`;
const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

export type EndpointFilters = { readonly text?: string | undefined; readonly environments?: readonly string[] | undefined; readonly newest?: boolean | undefined };

export function endpointReportRows(tx: ReadTx, teams: TeamFilter, filters: EndpointFilters, request: PageRequest) {
  const page = keyset(endpointReport.reportedAt, endpointReport.id, request.sort.startsWith('-'), request);
  return tx
    .select({ report: endpointReport, teamName: team.name, modelName: model.name, reporterName: serviceAccount.name, newest: isNewest })
    .from(endpointReport)
    .innerJoin(team, eq(team.id, endpointReport.teamId))
    .innerJoin(serviceAccount, eq(serviceAccount.id, endpointReport.reportedBy))
    .leftJoin(model, eq(model.id, endpointReport.modelId))
    .where(
      and(
        visibleTo(teams, endpointReport.teamId),
        filters.environments?.length ? inArray(endpointReport.environment, [...filters.environments]) : undefined,
        filters.text ? sql`(${endpointReport.endpoint} ilike ${`%${escaped(filters.text)}%`} or ${endpointReport.wafRule} ilike ${`%${escaped(filters.text)}%`} or ${model.name} ilike ${`%${escaped(filters.text)}%`})` : undefined,
        filters.newest === undefined ? undefined : filters.newest ? isNewest : sql`not (${isNewest})`,
        page.where,
      ),
    )
    .orderBy(page.orderBy)
    .limit(request.limit + 1);
}
export type ListedEndpointReport = Awaited<ReturnType<typeof endpointReportRows>>[number];
