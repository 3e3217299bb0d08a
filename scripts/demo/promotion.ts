// A model version's way through the gates, as the engineer, the reviewer and security walk it.
import { setTimeout } from 'node:timers/promises';
import { trouble } from '#scripts/trouble.ts';
import type { Client } from './client.ts';
import type { Account } from './organisation.ts';

type Clients = Readonly<Record<Account, Client>>;
type Promotion = { id: string; verdict: 'passed' | 'blocked'; artifactDigest: string; snapshotDigest: string; policyDigest: string };

const patienceSeconds = 60;

/** Findings are raised in the background; whoever asks before they are there gets a request that they make stale a moment later. */
async function backgroundWorkDone({ engineer }: Clients): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    const { backgroundWork } = await engineer.get<{ backgroundWork: { waiting: number } | null }>('/api/readyz');
    if (backgroundWork?.waiting === 0) return;
    if (Date.now() > deadline) throw trouble(`The portal did not finish its background work within ${String(patienceSeconds)} seconds.`);
    await setTimeout(100);
  }
}

async function request(clients: Clients, digest: string, reason: string): Promise<Promotion> {
  await backgroundWorkDone(clients);
  const { items } = await clients.engineer.get<{ items: { id: string; digest: string }[] }>('/api/v1/models/flight-delay/versions');
  const version = items.find((item) => item.digest === digest);
  const { promotionId } = await clients.engineer.post<{ promotionId: string }>('/api/v1/promotions', { modelVersionId: version?.id, environment: 'production', reason });
  return clients.engineer.get<Promotion>(`/api/v1/promotions/${promotionId}`);
}

const decide = (client: Client, { id, artifactDigest, snapshotDigest, policyDigest }: Promotion, verdict: 'approve' | 'reject', comment: string) =>
  client.post(`/api/v1/promotions/${id}/decisions`, { verdict, comment, artifactDigest, snapshotDigest, policyDigest });

/** The engineer asks; the reviewer and security approve what was frozen. */
export async function promote(clients: Clients, digest: string, reason: string, say: (line: string) => void): Promise<void> {
  const promotion = await request(clients, digest, reason);
  say(`Promotion to production asked for: gates ${promotion.verdict}`);
  await decide(clients.reviewer, promotion, 'approve', 'Held-out metrics and calibration are in order; differences between regions are within bounds.');
  await decide(clients.security, promotion, 'approve', 'Provenance verified against the pipeline’s key; no open finding in reach.');
  say('Approved by reviewer and security');
}

/** The engineer asks; the reviewer, seeing which gate refuses, rejects. */
export async function reject(clients: Clients, digest: string, reason: string, say: (line: string) => void): Promise<void> {
  const promotion = await request(clients, digest, reason);
  say(`Promotion to production asked for: gates ${promotion.verdict}`);
  await decide(clients.reviewer, promotion, 'reject', 'Refused with the gates: train again with a mitigation for the difference between regions.');
}
