// SQL of change windows.
import { and, desc, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { changeWindow } from '#lib/db/schema/assurance.ts';
import { person } from '#lib/db/schema/identity.ts';

export type WindowRow = typeof changeWindow.$inferSelect;
const first = <Row>(rows: readonly Row[]): Row | null => rows[0] ?? null;

/** Changes of one environment's window happen one after the other. */
export const lockWindow = (tx: ReadTx, environment: string) => tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`change window ${environment}`}, 4704))`);

export const windowForUpdate = async (tx: ReadTx, id: string): Promise<WindowRow | null> => first(await tx.select().from(changeWindow).where(eq(changeWindow.id, id)).for('update'));
export const windowInState = async (tx: ReadTx, environment: string, state: 'active' | 'proposed'): Promise<WindowRow | null> => first(await tx.select().from(changeWindow).where(and(eq(changeWindow.environment, environment), eq(changeWindow.state, state))));
export const insertWindow = (tx: WriteTx, row: typeof changeWindow.$inferInsert) => tx.insert(changeWindow).values(row);
export const updateWindow = (tx: WriteTx, id: string, change: Partial<Pick<WindowRow, 'state' | 'confirmedBy' | 'confirmedAt' | 'retiredAt'>>) => tx.update(changeWindow).set(change).where(eq(changeWindow.id, id));

const proposer = alias(person, 'proposer');
const confirmer = alias(person, 'confirmer');

/** Newest first; an environment has a handful over its life, so the list is bounded, not paged. */
export const listedWindows = (tx: ReadTx) =>
  tx
    .select({ window: changeWindow, proposerName: proposer.displayName, confirmerName: confirmer.displayName })
    .from(changeWindow)
    .innerJoin(proposer, eq(proposer.id, changeWindow.proposedBy))
    .leftJoin(confirmer, eq(confirmer.id, changeWindow.confirmedBy))
    .orderBy(desc(changeWindow.proposedAt), desc(changeWindow.id))
    .limit(200);
