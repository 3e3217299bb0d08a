// Reading trust policies with what differs from the version before, revoked signers, and how far sweeps have come.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { canonicalJson, type Json } from '#lib/kernel/canonical-json.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { pageRequest, toPage } from '#lib/kernel/page.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { withMoment } from './cursor.ts';
import { trustOf } from './judge.ts';
import * as store from './store/trust-policy.ts';
import type { ListedPolicy, TrustPolicyRow } from './store/trust-policy.ts';
import { describeScope, describeSigner, readPolicy, revokedFor, type Revocation } from './trust-policy.ts';
import { listRevocationsInput, listSweepsInput, listTrustPoliciesInput, revocationPage, sweepPage, trustPolicyContent, trustPolicyItem, trustPolicyPage, type TrustPolicyItem } from './trust-policy-schema.ts';

type Change = TrustPolicyItem['changes'][number];
const MOST_CHANGES = 200;
const LONGEST_SHOWN = 2_000;

/** The members of a content by path: signers by name, so that a changed order is no change. */
function members(content: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (path: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) {
        const record = typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : null;
        if (typeof record?.['name'] === 'string') walk(`${path}[${record['name']}]`, Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'name')));
        else found.set(`${path}[${canonicalJson(item as Json)}]`, 'yes');
      }
    } else if (typeof value === 'object' && value !== null && path !== 'root') {
      for (const [key, member] of Object.entries(value)) walk(path === '' ? key : `${path}.${key}`, member);
    } else if (value !== null && value !== undefined) {
      found.set(path, typeof value === 'string' ? value : canonicalJson(value as Json));
    }
  };
  walk('', content);
  return found;
}

/** What differs between two contents, by path. */
export function differences(before: unknown, after: unknown): Change[] {
  const [old, now] = [members(before), members(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  const cut = (text: string | undefined): string | null => (text === undefined ? null : text.slice(0, LONGEST_SHOWN));
  return paths.filter((path) => old.get(path) !== now.get(path)).slice(0, MOST_CHANGES).map((path) => ({ path: path.slice(0, LONGEST_SHOWN), before: cut(old.get(path)), after: cut(now.get(path)) }));
}

const person = (personId: string | null, name: string | null) => (personId === null ? null : { id: personId, name: name ?? 'unknown' });

function shown(row: ListedPolicy, versions: readonly TrustPolicyRow[], revocations: readonly Revocation[], now: string): TrustPolicyItem {
  const read = readPolicy({ ...row, state: 'active' });
  const scope = trustPolicyContent.safeParse(row.content);
  const before = row.state === 'proposed' ? versions.find(({ state, supersededAt }) => (state === 'active' || state === 'revoked') && supersededAt === null) : versions.filter(({ version, confirmedAt }) => version < row.version && confirmedAt !== null).at(-1);
  return {
    id: row.id, teamId: row.teamId, teamName: row.teamName, name: row.name, version: row.version, digest: row.digest, state: row.state, content: row.content,
    scope: scope.success ? describeScope(scope.data) : 'cannot be read, so it bars everything',
    inForce: (row.state === 'active' || row.state === 'revoked') && row.supersededAt === null,
    usable: read.ok, problem: read.ok ? null : read.error,
    signers: read.ok ? read.value.signers.map((signer) => ({ name: signer.name, kind: signer.kind, id: signer.id, description: describeSigner(signer), revoked: revokedFor(revocations, signer.kind === 'authority' ? 'certificate' : signer.kind, signer.id, now) })) : [],
    proposedBy: { id: row.proposedBy, name: row.proposerName }, proposedAt: row.proposedAt, proposalReason: row.proposalReason,
    confirmedBy: person(row.confirmedBy, row.confirmerName), confirmedAt: row.confirmedAt,
    endedBy: person(row.endedBy, row.enderName), endedAt: row.endedAt, endReason: row.endReason, supersededAt: row.supersededAt,
    changes: before === undefined ? [] : differences(before.content, row.content),
  };
}

async function withVersions(tx: ReadTx, rows: readonly ListedPolicy[], now: string): Promise<Map<string, TrustPolicyItem>> {
  const items = new Map<string, TrustPolicyItem>();
  for (const [teamId, own] of Map.groupBy(rows, (row) => row.teamId)) {
    const { revocations } = await trustOf(tx, teamId);
    for (const [scopeKey, same] of Map.groupBy(own, (row) => row.scopeKey)) {
      const versions = await store.versionsOf(tx, teamId, scopeKey);
      for (const row of same) items.set(row.id, shown(row, versions, revocations, now));
    }
  }
  return items;
}

export const listTrustPolicies = query({
  name: 'evidence.listTrustPolicies',
  summary: 'Trust policies and their versions, newest first, each with what differs from the one before',
  input: listTrustPoliciesInput,
  output: trustPolicyPage,
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = withMoment(pageRequest(input, 'proposed'));
    if (!request.ok) return request;
    const rows = await store.policyPage(tx, reader.teams, input, request.value);
    const page = toPage(rows, request.value, (row) => ({ value: row.proposedAt, id: row.id }), (row) => row);
    const items = await withVersions(tx, page.items, reader.now);
    return ok({ ...page, items: page.items.flatMap((row) => items.get(row.id) ?? []) });
  },
  http: { method: 'GET', path: '/api/v1/trust-policies', tag: 'Trust policies', body: 'none' },
});

export const getTrustPolicy = query({
  name: 'evidence.getTrustPolicy',
  summary: 'One version of a trust policy',
  input: z.strictObject({ id }),
  output: trustPolicyItem,
  permission: 'read',
  run: async (tx, input, reader) => {
    const row = await store.visiblePolicy(tx, reader.teams, input.id);
    const item = row === null ? undefined : (await withVersions(tx, [row], reader.now)).get(row.id);
    return item === undefined ? notFound('trust policy') : ok(item);
  },
  http: { method: 'GET', path: '/api/v1/trust-policies/{id}', tag: 'Trust policies', body: 'none' },
});

export const listRevocations = query({
  name: 'evidence.listRevocations',
  summary: 'Signers that teams revoked under every trust policy, newest first',
  input: listRevocationsInput,
  output: revocationPage,
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = withMoment(pageRequest(input, 'revoked'));
    if (!request.ok) return request;
    const rows = await store.revocationPage(tx, reader.teams, input, request.value);
    return ok(toPage(rows, request.value, (row) => ({ value: row.revokedAt, id: row.id }), ({ revokedBy, revokerName, ...row }) => ({ ...row, revokedBy: { id: revokedBy, name: revokerName } })));
  },
  http: { method: 'GET', path: '/api/v1/trust-revocations', tag: 'Trust policies', body: 'none' },
});

export const listSweeps = query({
  name: 'evidence.listSweeps',
  summary: 'Evidence being verified again after changes of trust, and how far it has come, newest first',
  input: listSweepsInput,
  output: sweepPage,
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = withMoment(pageRequest(input, 'started'));
    if (!request.ok) return request;
    const rows = await store.sweepPage(tx, reader.teams, input, request.value);
    return ok(toPage(rows, request.value, (row) => ({ value: row.startedAt, id: row.id }), ({ lastEvidenceId: _, reached: __, ...row }) => row));
  },
  http: { method: 'GET', path: '/api/v1/trust-sweeps', tag: 'Trust policies', body: 'none' },
});
