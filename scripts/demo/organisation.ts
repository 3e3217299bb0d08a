// The demo's organisation: one account for each role, a team, two service accounts; made by the first admin through the API.
import { randomBytes } from 'node:crypto';
import { createFirstAdmin } from '#lib/identity/index.ts';
import { closePool } from '#lib/db/client.ts';
import { trouble } from '#scripts/trouble.ts';
import { signIn, type Client } from './client.ts';

type Role = 'engineer' | 'reviewer' | 'security' | 'auditor';

/** Accounts are named by role. The ML engineer answers for the pipeline, the platform engineer, who changes no pipeline and only reads, for deployments. Two security people: keys and policies take a second one. */
const people = [
  { account: 'engineer', name: 'ML engineer', role: 'engineer', ofTeam: true },
  { account: 'platform-engineer', name: 'Platform engineer', role: 'auditor', ofTeam: true },
  { account: 'reviewer', name: 'Reviewer', role: 'reviewer', ofTeam: true },
  { account: 'security', name: 'Security analyst', role: 'security', ofTeam: false },
  { account: 'security-lead', name: 'Security lead', role: 'security', ofTeam: false },
  { account: 'auditor', name: 'Auditor', role: 'auditor', ofTeam: false },
] as const satisfies readonly { account: string; name: string; role: Role; ofTeam: boolean }[];

export type Account = (typeof people)[number]['account'] | 'admin';
export type DemoAccount = { account: string; role: string; email: string; password: string };

export type Organisation = {
  readonly teamId: string;
  readonly clients: Readonly<Record<Account, Client>>;
  readonly pipelineToken: string;
  readonly deployerToken: string;
  readonly accounts: readonly DemoAccount[];
};

const emailOf = (account: string) => `${account}@gatehouse.example`;

/** A password that a person can type from one window into another: 60 random bits. */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789ACDEFGHJ';
  const groups = [...randomBytes(12)].map((byte) => letters[byte % letters.length] ?? 'x').join('');
  return `${groups.slice(0, 4)}-${groups.slice(4, 8)}-${groups.slice(8)}`;
}

export async function createOrganisation(portal: string, say: (line: string) => void): Promise<Organisation> {
  const password = readablePassword();
  const admin = await createFirstAdmin({ email: emailOf('admin'), displayName: 'Administrator', password });
  await closePool();
  if (!admin.ok) throw trouble(admin.error.message);
  const asAdmin = await signIn(portal, emailOf('admin'), password);

  const team = await asAdmin.post<{ id: string }>('/api/v1/teams', { slug: 'flight-delays', name: 'Flight delays' });
  const ids = new Map<string, string>();
  for (const { account, name, role, ofTeam } of people) {
    const { id } = await asAdmin.post<{ id: string }>('/api/v1/people', { email: emailOf(account), displayName: name, password });
    await asAdmin.post('/api/v1/role-grants', { personId: id, role, teamId: ofTeam ? team.id : null });
    ids.set(account, id);
  }
  const tokenOf = async (name: string, role: 'pipeline' | 'deployer', responsible: Account) => {
    const { id } = await asAdmin.post<{ id: string }>('/api/v1/service-accounts', { name, teamId: team.id, role, responsiblePersonId: ids.get(responsible) });
    return (await asAdmin.post<{ token: string }>(`/api/v1/service-accounts/${id}/tokens`, { validDays: 90 })).token;
  };
  const pipelineToken = await tokenOf('flight-delays-pipeline', 'pipeline', 'engineer');
  const deployerToken = await tokenOf('flight-delays-deployer', 'deployer', 'platform-engineer');
  say(`One account for each role, two service accounts`);

  const client = (account: Account) => signIn(portal, emailOf(account), password);
  const clients = {
    admin: asAdmin,
    'engineer': await client('engineer'),
    'platform-engineer': await client('platform-engineer'),
    'reviewer': await client('reviewer'),
    'security': await client('security'),
    'security-lead': await client('security-lead'),
    'auditor': await client('auditor'),
  };
  const accounts = [{ account: 'admin', role: 'admin' }, ...people].map(({ account, role }) => ({ account, role, email: emailOf(account), password }));
  return { teamId: team.id, clients, pipelineToken, deployerToken, accounts };
}
