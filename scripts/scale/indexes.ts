// Takes constraints, indexes and triggers off tables for a bulk load, and puts the very same ones back.
import type pg from 'pg';
import { silence } from './triggers.ts';

type Constraint = { table: string; name: string; kind: 'f' | 'p' | 'u'; definition: string };
type Index = { name: string; definition: string };

export type Bare = { readonly restore: (told: (what: string) => void) => Promise<void> };

/** Call inside a transaction of the tables' owner. Foreign keys that point at the tables go too. */
export async function strip(client: pg.Client, tables: readonly string[]): Promise<Bare> {
  const { rows: constraints } = await client.query<Constraint>(`
    SELECT conrelid::regclass::text AS table, conname AS name, contype AS kind, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conparentid = 0 AND contype IN ('f', 'p', 'u') AND (conrelid = ANY($1::regclass[]) OR (contype = 'f' AND confrelid = ANY($1::regclass[])))`, [tables]);
  const { rows: indexes } = await client.query<Index>(`
    SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)`, [tables]);
  const speak = await silence(client, tables);
  const foreign = constraints.filter(({ kind }) => kind === 'f');
  const keys = constraints.filter(({ kind }) => kind !== 'f');
  for (const { table, name } of [...foreign, ...keys]) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT "${name}"`);
  for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
  return {
    restore: async (told) => {
      for (const { table, name, definition } of keys) {
        told(`key of ${table}`);
        await client.query(`ALTER TABLE ${table} ADD CONSTRAINT "${name}" ${definition}`);
      }
      for (const { name, definition } of indexes) {
        told(name);
        // A partitioned table's index is defined ONLY for the table itself, as it is written out.
        await client.query(definition.replace(' ON ONLY ', ' ON '));
      }
      for (const { table, name, definition } of foreign) {
        told(`${table}, ${name}`);
        await client.query(`ALTER TABLE ${table} ADD CONSTRAINT "${name}" ${definition}`);
      }
      await speak();
    },
  };
}
