// Readiness: each thing the portal stands on, and whether it holds.
import { sql } from 'drizzle-orm';
import { readTransaction } from './db/client.ts';
import { expectedMigrations } from './db/expected-migrations.ts';
import { backlog } from './jobs/outbox.ts';
import { newId } from './kernel/ids.ts';

export type Readiness = {
  ready: boolean;
  checks: { name: string; ok: boolean; detail: string }[];
  /** Events that wait for their handlers, and those that failed for good; null while the database does not answer. */
  backgroundWork: { waiting: number; failed: number } | null;
};

/** Never throws, never names hosts or credentials. */
export async function readiness(): Promise<Readiness> {
  try {
    return await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => {
      const applied = await tx.execute<{ count: number }>(sql`select count(*)::int as count from drizzle.__drizzle_migrations`);
      const count = applied.rows[0]?.count ?? 0;
      const jobs = await backlog(tx);
      const checks = [
        { name: 'database', ok: true, detail: 'answers' },
        { name: 'schema', ok: count === expectedMigrations, detail: `${count} of ${expectedMigrations} migrations applied` },
        { name: 'background work', ok: true, detail: `${jobs.waiting} waiting, ${jobs.failed} failed for good` },
      ];
      return { ready: checks.every((check) => check.ok), checks, backgroundWork: jobs };
    });
  } catch {
    return { ready: false, checks: [{ name: 'database', ok: false, detail: 'does not answer, or its schema is not there: run npm run db:migrate' }], backgroundWork: null };
  }
}
