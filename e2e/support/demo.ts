// What the demo data holds, looked up through the API, and what tests add to it under names of their own.
import { randomBytes } from 'node:crypto';
import { apiAs, expectStatus, type Api } from './api.ts';
import type { AccountName } from './portal.ts';

export const model = 'flight-delay';

type Items<T> = { readonly items: readonly T[] };
export type Version = { readonly id: string; readonly version: number; readonly digest: string; readonly assetVersionId: string };
export type Promotion = {
  readonly id: string; readonly state: string; readonly verdict: 'passed' | 'blocked'; readonly artifactDigest: string; readonly snapshotDigest: string; readonly policyDigest: string;
  readonly results: readonly { readonly ruleId: string; readonly title: string; readonly level: string; readonly verdict: string; readonly expected: string; readonly actual: string; readonly reason: string | null }[];
  readonly approvals: readonly { readonly person: { readonly name: string } }[];
};
type ServiceAccount = { readonly id: string; readonly name: string; readonly teamId: string; readonly tokens: readonly { readonly id: string; readonly prefix: string; readonly revokedAt: string | null }[] };

/** A name that no earlier run of the tests has used. */
export const fresh = (word: string): string => `${word}-${randomBytes(4).toString('hex')}`;

export async function versionOf(api: Api, number: number): Promise<Version> {
  return expectStatus(await api.get<Version>(`/api/v1/models/${model}/versions/${String(number)}`), 200);
}

export async function promotionOf(api: Api, id: string): Promise<Promotion> {
  return expectStatus(await api.get<Promotion>(`/api/v1/promotions/${id}`), 200);
}

/** Asks for a promotion to production; returns the request as it was frozen. */
export async function askForPromotion(api: Api, modelVersionId: string, reason: string): Promise<Promotion> {
  const { promotionId } = expectStatus(await api.post<{ promotionId: string }>('/api/v1/promotions', { modelVersionId, environment: 'production', reason }), 201);
  return promotionOf(api, promotionId);
}

/** Decides by the API on what was read. `change` sends other digests than these. */
export function decide<T = { state: string; recorded: boolean }>(api: Api, promotion: Promotion, verdict: 'approve' | 'reject', change: Partial<Pick<Promotion, 'artifactDigest' | 'snapshotDigest' | 'policyDigest'>> = {}) {
  const { artifactDigest, snapshotDigest, policyDigest } = { ...promotion, ...change };
  return api.post<T>(`/api/v1/promotions/${promotion.id}/decisions`, { verdict, comment: 'Decided by a test', artifactDigest, snapshotDigest, policyDigest });
}

/** Withdraws what is open for a version, so that a test asks anew; the engineer of the team may. */
export async function withdrawOpen(engineer: Api, modelVersionId: string): Promise<void> {
  const { items } = expectStatus(await engineer.get<{ items: { id: string; modelVersionId: string }[] }>('/api/v1/promotions?state=open'), 200);
  for (const { id } of items.filter((item) => item.modelVersionId === modelVersionId)) {
    const answer = await engineer.post<{ code?: string }>(`/api/v1/promotions/${id}/withdraw`, { reason: 'Asked anew by a test' });
    // Found stale since the list was read, it is not open any more.
    if (answer.body.code !== 'approvals.not_open') expectStatus(answer, 200);
  }
}

export async function serviceAccount(admin: Api, name: string): Promise<ServiceAccount> {
  const { items } = expectStatus(await admin.get<Items<ServiceAccount>>('/api/v1/service-accounts'), 200);
  const found = items.find((account) => account.name === name);
  if (!found) throw new Error(`there is no service account ${name}`);
  return found;
}

/** A token for the demo's `pipeline` or `deployer` account, valid for a day. */
export async function tokenFor(admin: Api, kind: 'pipeline' | 'deployer'): Promise<string> {
  const { id } = await serviceAccount(admin, `flight-delays-${kind}`);
  return issueToken(admin, id);
}

export async function issueToken(admin: Api, serviceAccountId: string): Promise<string> {
  return expectStatus(await admin.post<{ token: string }>(`/api/v1/service-accounts/${serviceAccountId}/tokens`, { validDays: 1 }), 201).token;
}

export type NewPerson = { readonly id: string; readonly email: string; readonly password: string };

/** Enters a person with these roles for a team. */
export async function newPerson(admin: Api, word: string, teamId: string, roles: readonly string[]): Promise<NewPerson> {
  const name = fresh(word);
  const [email, password] = [`${name}@gatehouse.example`, randomBytes(12).toString('base64url')];
  const { id } = expectStatus(await admin.post<{ id: string }>('/api/v1/people', { email, displayName: name, password }), 201);
  for (const role of roles) expectStatus(await admin.post('/api/v1/role-grants', { personId: id, role, teamId }), 201);
  return { id, email, password };
}

type ApiOf = { readonly api: (account: AccountName) => Promise<Api> };
export type Published = { readonly modelName: string; readonly modelVersionId: string; readonly digest: string };

/** Publishes the bytes of one of the demo's versions as version 1 of a model of its own: the same evidence, the same model card, and no requests yet. */
export async function publishAnew(people: ApiOf, number: number, word: string): Promise<Published> {
  const admin = await people.api('admin');
  const { digest } = await versionOf(admin, number);
  const modelName = fresh(word);
  const { modelVersionId } = expectStatus(await apiAs({ token: await tokenFor(admin, 'pipeline') }).post<{ modelVersionId: string }>(`/api/v1/models/${modelName}/versions`, { digest, runId: null, description: null }), 201);
  const engineer = await people.api('engineer');
  const text = (await engineer.bytes(`/api/v1/models/${model}/versions/${String(number)}/card/file`)).toString();
  expectStatus(await engineer.post(`/api/v1/models/${modelName}/versions/1/card`, { text, basedOn: 0 }), 201);
  return { modelName, modelVersionId, digest };
}

export type PolicyContent = { readonly title: string } & Readonly<Record<string, unknown>>;

/** The organisation's policy of production, as it is in force. */
export async function activePolicy(people: ApiOf): Promise<PolicyContent> {
  const security = await people.api('security');
  const { items } = expectStatus(await security.get<Items<{ id: string; state: string; scope: { teamId: string | null } }>>('/api/v1/policies?environment=production'), 200);
  const active = items.find(({ state, scope }) => state === 'active' && scope.teamId === null);
  return expectStatus(await security.get<{ content: PolicyContent }>(`/api/v1/policies/${active?.id ?? ''}`), 200).content;
}

/** Puts another policy of production in force, by two people of security. */
export async function changePolicy(people: ApiOf, content: PolicyContent, reason: string): Promise<void> {
  const proposed = expectStatus(await (await people.api('security')).post<{ policyVersionId: string; digest: string }>('/api/v1/policies', { environment: 'production', content, reason }), 201);
  expectStatus(await (await people.api('security-lead')).post(`/api/v1/policies/${proposed.policyVersionId}/confirm`, { digest: proposed.digest, reason }), 200);
}

type Envelope = { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };
type Statement = { subject: { digest: { sha256?: string } }[] };

/** Provenance of an artifact as it was sent, changed by one space in its statement: the same claims, and a signature that no longer covers them. */
export async function forgedProvenance(people: ApiOf, digest: string): Promise<string> {
  const admin = await people.api('admin');
  const { items } = expectStatus(await admin.get<Items<{ id: string; predicateType: string | null }>>('/api/v1/evidence?verdict=passed&limit=200'), 200);
  for (const { id } of items.filter(({ predicateType }) => predicateType === 'https://slsa.dev/provenance/v1')) {
    const envelope = JSON.parse((await admin.bytes(`/api/v1/evidence/${id}/bytes`)).toString()) as Envelope;
    const payload = Buffer.from(envelope.payload, 'base64').toString();
    if (!(JSON.parse(payload) as Statement).subject.some((subject) => `sha256:${subject.digest.sha256 ?? ''}` === digest)) continue;
    return JSON.stringify({ ...envelope, payload: Buffer.from(`${payload} `).toString('base64') });
  }
  throw new Error(`no provenance of ${digest} is known`);
}

/** An exception from one rule in production, asked for by the engineer and confirmed by security. */
export async function exceptedByTwo(people: ApiOf, modelVersionId: string, ruleId: string): Promise<void> {
  const { exceptionId } = expectStatus(await (await people.api('engineer')).post<{ exceptionId: string }>('/api/v1/policy-exceptions', { modelVersionId, environment: 'production', ruleId, expiresAt: new Date(Date.now() + 86_400_000).toISOString(), reason: 'Beside the rule that is looked at' }), 201);
  expectStatus(await (await people.api('security')).post(`/api/v1/policy-exceptions/${exceptionId}/confirm`, { reason: 'Seen' }), 200);
}
