// Connections: one pool of the application role, and transactions that tell PostgreSQL who acts.
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { required, settings } from '#lib/env.ts';
import { scratch as scratchStatements } from './scratch.ts';

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A read-only transaction. */
export type ReadTx = NodePgDatabase & { readonly [readable]: true };
/** A transaction that may write: made by the kernel alone, after it has authorised a command. */
export type WriteTx = ReadTx & { readonly [writable]: true };

/** Who acts, told to PostgreSQL so that triggers know it too. */
export type TransactionActor = {
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly requestId: string;
};

const globalPool = globalThis as { gatehousePool?: pg.Pool };

/** The process's pool; created at first use. */
export function pool(): pg.Pool {
  if (!globalPool.gatehousePool) {
    const made = new pg.Pool({
      connectionString: required('DATABASE_URL'),
      max: settings().DATABASE_POOL_SIZE,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 60_000,
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 60_000,
      application_name: 'gatehouse',
    });
    // An idle connection that the server closes is replaced by the pool; without a listener it would end the process.
    made.on('error', () => undefined);
    // So would one in use, to which the pool listens no longer; its statement fails and tells.
    made.on('connect', (client) => { client.on('error', () => undefined); });
    globalPool.gatehousePool = made;
  }
  return globalPool.gatehousePool;
}

/** Closes the pool (tests, shutdown). */
export async function closePool(): Promise<void> {
  const open = globalPool.gatehousePool;
  delete globalPool.gatehousePool;
  await open?.end();
}

const literal = (value: string) => pg.escapeLiteral(value);

type Isolation = 'READ COMMITTED' | 'REPEATABLE READ';

async function begin(client: pg.PoolClient, mode: 'READ ONLY' | 'READ WRITE', actor: TransactionActor, isolation: Isolation): Promise<string> {
  const results = (await client.query(
    `BEGIN ISOLATION LEVEL ${isolation} ${mode};
     SELECT set_config('gatehouse.actor_kind', ${literal(actor.actorKind)}, true),
            set_config('gatehouse.actor_id', ${literal(actor.actorId ?? '')}, true),
            set_config('gatehouse.request_id', ${literal(actor.requestId)}, true),
            now() AS now`,
  )) as unknown as pg.QueryResult<{ now: Date }>[];
  const row = results[1]?.rows[0];
  if (!row) throw new Error('PostgreSQL did not answer the start of a transaction');
  return row.now.toISOString();
}

const withScratchTables = new WeakSet<pg.PoolClient>();

async function transaction<T>(mode: 'READ ONLY' | 'READ WRITE', actor: TransactionActor, work: (tx: WriteTx, now: string) => Promise<{ commit: boolean; value: T }>, scratch = false, isolation: Isolation = 'READ COMMITTED'): Promise<T> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    if (scratch && !withScratchTables.has(client)) {
      await client.query(scratchStatements);
      withScratchTables.add(client);
    }
    const now = await begin(client, mode, actor, isolation);
    const { commit, value } = await work(drizzle(client) as unknown as WriteTx, now);
    await client.query(commit ? 'COMMIT' : 'ROLLBACK');
    return value;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Runs `work` in a READ ONLY transaction. `now` is the database's clock, ISO 8601. */
export const readTransaction = <T>(actor: TransactionActor, work: (tx: ReadTx, now: string) => Promise<T>): Promise<T> =>
  transaction('READ ONLY', actor, async (tx, now) => ({ commit: true, value: await work(tx, now) }));

/** The same, with the connection's scratch tables (`scratch.ts`), which are empty at its beginning. */
export const scratchTransaction = <T>(actor: TransactionActor, work: (tx: ReadTx, now: string) => Promise<T>): Promise<T> =>
  transaction('READ ONLY', actor, async (tx, now) => ({ commit: true, value: await work(tx, now) }), true);

/** The same, where all statements see one moment. */
export const momentTransaction = <T>(actor: TransactionActor, work: (tx: ReadTx, now: string) => Promise<T>): Promise<T> =>
  transaction('READ ONLY', actor, async (tx, now) => ({ commit: true, value: await work(tx, now) }), false, 'REPEATABLE READ');

/** Runs one statement that reads, without the two round trips of a transaction around it: for what every request asks. */
export const readStatement = <T>(work: (tx: ReadTx) => Promise<T>): Promise<T> => work(drizzle(pool()) as unknown as ReadTx);

/** Runs `work` in a writing transaction and commits only when it says so. For the kernel. */
export const writeTransaction = <T>(actor: TransactionActor, work: (tx: WriteTx, now: string) => Promise<{ commit: boolean; value: T }>): Promise<T> =>
  transaction('READ WRITE', actor, work);

type Session = { session: { client: { query: (query: { name: string; text: string; values: unknown[] }) => Promise<{ rows: unknown[] }> } } };

/** Runs a statement that PostgreSQL parses and plans once for each connection, for what is done hundreds of times a second. `name` stands for one text for ever. */
export async function prepared<Row>(tx: ReadTx, name: string, text: string, values: unknown[]): Promise<Row[]> {
  const { rows } = await (tx as unknown as Session).session.client.query({ name, text, values });
  return rows as Row[];
}
