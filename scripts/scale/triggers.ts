// Silences the triggers of tables for a bulk load, and lets them speak again as they did.
import type pg from 'pg';

/** Call inside a transaction of the tables' owner. Resolves to what puts every trigger back into its state, also those that speak always. */
export async function silence(client: pg.Client, tables: readonly string[]): Promise<() => Promise<void>> {
  const { rows: always } = await client.query<{ table: string; name: string }>(`
    SELECT tgrelid::regclass::text AS table, quote_ident(tgname) AS name FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal AND tgrelid = ANY ($1::text[]::regclass[])`, [tables]);
  for (const table of tables) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  return async () => {
    for (const table of tables) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    for (const { table, name } of always) await client.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${name}`);
  };
}
