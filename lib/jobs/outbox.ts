// The outbox: an event is queued in the transaction of the change it reports, so neither exists without the other.
import { sql } from 'drizzle-orm';
import { PgBoss } from 'pg-boss';
import type { WriteTx } from '#lib/db/client.ts';
import { pool } from '#lib/db/client.ts';
import type { OutboxEventName, OutboxEvents } from './queues.ts';

const globalBoss = globalThis as { gatehouseBoss?: Promise<PgBoss> };

async function connect(): Promise<PgBoss> {
  const boss = new PgBoss({
    db: { executeSql: async (text: string, values?: unknown[]) => pool().query(text, values) },
    migrate: false,
    createSchema: false,
    supervise: true,
    schedule: false,
  });
  boss.on('error', () => undefined);
  await boss.start();
  return boss;
}

/** The process's queue client, started at first use. */
export function queueClient(): Promise<PgBoss> {
  globalBoss.gatehouseBoss ??= connect().catch((error: unknown) => {
    delete globalBoss.gatehouseBoss;
    throw error;
  });
  return globalBoss.gatehouseBoss;
}

/** Stops the queue client (shutdown, tests). */
export async function stopQueueClient(): Promise<void> {
  const open = globalBoss.gatehouseBoss;
  delete globalBoss.gatehouseBoss;
  await (await open)?.stop({ graceful: false });
}

type NodePgSession = { session: { client: { query: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }> } } };

/** Publishes an event: it is delivered at least once after this transaction commits (and not before `after`), and never if it does not. */
export async function publish<Name extends OutboxEventName>(tx: WriteTx, name: Name, payload: OutboxEvents[Name], after?: Date): Promise<void> {
  const boss = await queueClient();
  const { client } = (tx as unknown as NodePgSession).session;
  await boss.send(name, payload, { ...(after ? { startAfter: after } : {}), db: { executeSql: async (text: string, values?: unknown[]) => client.query(text, values) } });
}

/** Publishes many events of one name in one statement. */
export async function publishAll<Name extends OutboxEventName>(tx: WriteTx, name: Name, payloads: readonly OutboxEvents[Name][]): Promise<void> {
  if (payloads.length === 0) return;
  const boss = await queueClient();
  const { client } = (tx as unknown as NodePgSession).session;
  await boss.insert(name, payloads.map((data) => ({ data })), { db: { executeSql: async (text: string, values?: unknown[]) => client.query(text, values) } });
}

/** How many events wait (not counting those that are due only later) or failed for good; shown by the readiness page. */
export async function backlog(tx: { execute: WriteTx['execute'] }): Promise<{ waiting: number; failed: number }> {
  const result = await tx.execute<{ waiting: number; failed: number }>(
    sql`select count(*) filter (where state in ('retry', 'active') or (state = 'created' and start_after <= now()))::int as waiting, count(*) filter (where state = 'failed')::int as failed from pgboss.job`,
  );
  return result.rows[0] ?? { waiting: 0, failed: 0 };
}
