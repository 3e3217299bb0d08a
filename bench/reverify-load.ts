// Verifying a large team's evidence again after a change of trust, in the background of a portal that serves pages meanwhile.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { EVALUATION_TYPE, STATEMENT_TYPE } from '#lib/evidence/format/statement.ts';
import { verifyEnvelope } from '#lib/evidence/verify.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { envelopeOf, makeKey, type SigningKey } from '#lib/testing/attestations.ts';
import type { EmbeddedPortal } from '#scripts/embedded-portal.ts';
import { signIn, signInCookie, type Client } from '#scripts/demo/client.ts';
import type { Lifecycle } from '#scripts/main.ts';
import { trouble } from '#scripts/trouble.ts';
import type { Row } from './index.ts';
import { quantile } from './pages.ts';
import { withPortal } from './portal.ts';

const batch = 500;
const aimMilliseconds = 150;
/** What people have open meanwhile. */
const pages = ['/', '/runs', '/api/v1/runs', '/models', '/findings', '/api/v1/findings', '/evidence', '/api/v1/evidence', '/settings/trust', '/api/v1/trust-sweeps', '/approvals', '/audit', '/api/v1/audit'];
/** So long people look at a page before they open the next one. */
const lookMilliseconds = 50;

const statementAbout = (n: number) => ({
  _type: STATEMENT_TYPE, subject: [{ name: `model-${String(n)}`, digest: { sha256: sha256(String(n)).slice(7) } }], predicateType: EVALUATION_TYPE,
  predicate: { dataset: { name: 'test-set', digest: sha256('test-set') }, metrics: [{ name: 'auc', slice: null, value: 0.81, sampleCount: 12_000, higherIsBetter: true }], threshold: 0.5, runId: newId(), evaluatedOn: '2026-03-01T10:06:00Z' },
});

/** Real envelopes with real signatures, as they stand in the database when nobody trusts their key: written past the portal, since receiving them is measured elsewhere. */
async function load(client: pg.Client, key: SigningKey, teamId: string, account: string, amount: number, life: Pick<Lifecycle, 'signal'>): Promise<void> {
  await client.query('ALTER TABLE evidence DISABLE TRIGGER audit_required');
  for (let from = 0; from < amount; from += batch) {
    life.signal.throwIfAborted();
    const items = Array.from({ length: Math.min(batch, amount - from) }, (_, n) => {
      const bytes = envelopeOf(statementAbout(from + n), [key]);
      const digest = sha256(bytes);
      const receivedAt = new Date().toISOString();
      const report = verifyEnvelope(bytes, { teamId, threshold: 1, keys: [] }, { storedDigest: digest, receivedAt, knownDigests: new Set(), namedRun: 'unknown', proposedKeyIds: new Set() });
      if (report.verdict !== 'failed') throw new Error('an envelope of the benchmark passes before anybody trusts its key');
      return { id: newId(), bytes, digest, subject: sha256(String(from + n)), report };
    });
    const of = <T>(pick: (item: (typeof items)[number]) => T): T[] => items.map(pick);
    await client.query('BEGIN');
    await client.query(`INSERT INTO evidence (id, team_id, digest, bytes, media_type, size_bytes, received_from, predicate_type) SELECT id, $1, digest, bytes, 'application/vnd.dsse.envelope.v1+json', length(bytes), $2, $3 FROM unnest($4::uuid[], $5::text[], $6::bytea[]) AS given (id, digest, bytes)`, [teamId, account, EVALUATION_TYPE, of(({ id }) => id), of(({ digest }) => digest), of(({ bytes }) => bytes)]);
    await client.query(`INSERT INTO evidence_subject (evidence_id, digest, name) SELECT id, digest, 'model' FROM unnest($1::uuid[], $2::text[]) AS given (id, digest)`, [of(({ id }) => id), of(({ subject }) => subject)]);
    await client.query(`INSERT INTO verification (id, evidence_id, verdict, trust_digest, checks) SELECT gen_random_uuid(), id, 'failed', trust, checks FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS given (id, trust, checks)`, [of(({ id }) => id), of(({ report }) => report.trustDigest), of(({ report }) => JSON.stringify(report.checks))]);
    await client.query('COMMIT');
  }
  await client.query('ALTER TABLE evidence ENABLE TRIGGER audit_required');
  await client.query('ANALYZE evidence, evidence_subject, verification');
}

async function timed(address: string, path: string, cookie: string): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${address}${path}`, { headers: { Cookie: cookie }, redirect: 'manual' });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${path} was answered with ${String(response.status)}`);
  return performance.now() - began;
}

const accountsShape = z.array(z.object({ account: z.string(), email: z.string(), password: z.string() }));
const sweepsShape = z.object({ items: z.array(z.object({ id: z.string(), state: z.string(), total: z.number(), done: z.number(), verifiedAgain: z.number(), nowPassed: z.number(), startedAt: z.string(), finishedAt: z.string().nullable() })) });

/** Reads pages one after the other until told to stop; each time from the request to the last byte. */
async function reading(address: string, cookie: string, going: () => boolean, life: Pick<Lifecycle, 'signal'>): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; going(); n += 1) {
    life.signal.throwIfAborted();
    taken.push(await timed(address, pages[n % pages.length] ?? '/', cookie));
    await sleep(lookMilliseconds, undefined, { signal: life.signal });
  }
  return taken;
}

/**
 * Loads so many attestations that nobody trusts, has two people trust their key by a policy, and reads pages until the sweep has verified all again.
 * Rates are of the sweep alone; the handlers that look at each changed verdict work beside it.
 */
export const reverification = (report: (row: Row) => void, life: Lifecycle, amount: number): Promise<void> => withPortal(life, { demoData: true }, (portal) => measureOn(portal, report, life, amount));

/** The same on a portal that is there, with the demo's accounts. */
export async function measureOn({ address, environment }: Pick<EmbeddedPortal, 'address' | 'environment'>, report: (row: Row) => void, life: Pick<Lifecycle, 'signal'>, amount: number, rounds: { readonly warmUp: number; readonly before: number } = { warmUp: 3, before: 8 }): Promise<void> {
  const accounts = accountsShape.parse(JSON.parse(readFileSync(environment['DEMO_ACCOUNTS'] ?? '', 'utf8')));
  const credentials = (name: string) => {
    const found = accounts.find(({ account }) => account === name);
    if (found === undefined) throw trouble(`The demo has no account ${name}.`);
    return [address, found.email, found.password] as const;
  };
  const [security, second]: [Client, Client] = [await signIn(...credentials('security')), await signIn(...credentials('security-lead'))];
  const cookie = await signInCookie(...credentials('security'));

  const client = new pg.Client({ connectionString: environment['DATABASE_OWNER_URL'] });
  await client.connect();
  const { rows: [pipeline] } = await client.query<{ id: string; team: string }>(`SELECT id, team_id AS team FROM service_account WHERE role = 'pipeline' ORDER BY id LIMIT 1`);
  if (pipeline === undefined) throw trouble('The demo has no pipeline account.');
  const key = makeKey();
  try {
    await load(client, key, pipeline.team, pipeline.id, amount, life);
  } finally {
    await client.end();
  }

  // Until the portal's code is compiled, and what the portal takes without a sweep.
  const times = (most: number) => { let read = 0; return () => (read += 1) <= most * pages.length; };
  await reading(address, cookie, times(rounds.warmUp), life);
  const before = await reading(address, cookie, times(rounds.before), life);
  report({ name: 'pages and lists before, p95', value: quantile(before, 0.95), unit: 'ms', aim: 'for comparison', holds: true });

  const content = { predicateTypes: [EVALUATION_TYPE], signers: [{ kind: 'key', name: 'bench', publicKeyPem: key.publicKeyPem }] };
  const proposed = await security.post<{ id: string; digest: string }>('/api/v1/trust-policies', { teamId: pipeline.team, name: 'bench', content, reason: 'a measurement' });
  const confirmed = await second.post<{ sweepId: string | null; pending: number }>(`/api/v1/trust-policies/${proposed.id}/confirm`, { digest: proposed.digest });
  if (confirmed.sweepId === null || confirmed.pending === 0) throw new Error('the change left nothing to the background: ask for more attestations');

  let done = false;
  const followed = (async () => {
    for (;;) {
      const sweep = sweepsShape.parse(await security.get('/api/v1/trust-sweeps')).items.find(({ id }) => id === confirmed.sweepId);
      if (sweep?.finishedAt !== undefined && sweep.finishedAt !== null) {
        done = true;
        return sweep;
      }
      await sleep(1_000, undefined, { signal: life.signal });
    }
  })();
  const [during, sweep] = await Promise.all([reading(address, cookie, () => !done, life), followed.finally(() => { done = true; })]);
  const seconds = (Date.parse(sweep.finishedAt ?? '') - Date.parse(sweep.startedAt)) / 1000;
  report({ name: `attestations verified again in the background, of ${String(amount)} that a change touches`, value: sweep.nowPassed, unit: 'newly passed', aim: 'all of them', holds: sweep.nowPassed === amount && sweep.done === sweep.total });
  report({ name: 'rate of verifying again', value: sweep.done / seconds, unit: 'a second', aim: 'for comparison', holds: true });
  report({ name: `pages and lists meanwhile, median of ${String(during.length)}`, value: quantile(during, 0.5), unit: 'ms', aim: '', holds: true });
  report({ name: 'pages and lists meanwhile, p95', value: quantile(during, 0.95), unit: 'ms', aim: `below ${String(aimMilliseconds)} ms`, holds: quantile(during, 0.95) < aimMilliseconds });
}
