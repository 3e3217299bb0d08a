// Compiled policies: uploaded by security, known by their digest, and without effect until a policy that names the digest is confirmed by a second person.
import { z } from 'zod';
import { audited } from '#lib/kernel/audit-event.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { command } from '#lib/kernel/command.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { digest, newId } from '#lib/kernel/ids.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { largestBundle } from './bundle-archive.ts';
import { inspectBundle } from './bundle.ts';
import { policyFailure } from './errors.ts';
import { bundleByDigest, insertBundle } from './store.ts';

const uploaded = z.object({ digest: z.string(), sizeBytes: z.number().int(), entrypoints: z.array(z.string()).describe('Paths that a rule may name.'), known: z.boolean() });

/**
 * Keeps a bundle made by `opa build -t wasm`, after it was loaded once: what cannot be loaded is refused with the reason.
 * The same bytes again are the same bundle. Errors: 422 `policy.unusable_bundle`, 413 above 4 MiB.
 */
export const uploadBundle = command({
  name: 'policy.uploadBundle',
  summary: 'Upload a compiled bundle of Open Policy Agent, for a policy to name by its digest',
  input: z.object({ bytes: z.instanceof(Uint8Array), contentType: z.string().max(300) }),
  output: uploaded,
  permission: 'policy.manage',
  subjectTable: 'policy_bundle',
  resource: async () => ok(null),
  scope: () => ({ kind: 'organisation' }),
  run: async (tx, { bytes }, _resource, { actor }) => {
    if (actor.kind !== 'person') return notFound('bundle');
    if (bytes.length > largestBundle) return policyFailure('too_large', 'policy.unusable_bundle', `A bundle may have ${largestBundle} bytes at most.`);
    const bundleDigest = sha256(bytes);
    const known = await bundleByDigest(tx, bundleDigest);
    const value = (entrypoints: readonly string[], isKnown: boolean) => ({ digest: bundleDigest, sizeBytes: bytes.length, entrypoints: [...entrypoints], known: isKnown });
    const entry = (id: string) => ({ subjectTable: 'policy_bundle', subjectId: id, teamId: null, after: { digest: bundleDigest, sizeBytes: bytes.length } });
    if (known) return ok(audited(value(known.entrypoints, true), entry(known.id)));
    const inspected = await inspectBundle(bytes);
    if (!inspected.ok) return policyFailure('invalid', 'policy.unusable_bundle', `The bundle cannot be used: ${inspected.error}.`, { errors: [{ path: 'bytes', message: inspected.error }] });
    const row = { id: newId(), digest: bundleDigest, bytes: Buffer.from(bytes), sizeBytes: bytes.length, entrypoints: inspected.value.entrypoints, uploadedBy: actor.id };
    await insertBundle(tx, row);
    return ok(audited(value(row.entrypoints, false), entry(row.id)));
  },
  http: { method: 'POST', path: '/api/v1/policy-bundles', tag: 'Policies', body: 'bytes', status: (output: z.infer<typeof uploaded>) => (output.known ? 200 : 201) },
});

export const getBundle = query({
  name: 'policy.getBundle',
  summary: 'A compiled bundle by its digest: its entrypoints, who uploaded it and when',
  input: z.strictObject({ digest }),
  output: z.object({ digest: z.string(), sizeBytes: z.number().int(), entrypoints: z.array(z.string()), uploadedBy: z.object({ id: z.string(), name: z.string() }), uploadedAt: z.string() }),
  permission: 'read',
  run: async (tx, input) => {
    const row = await bundleByDigest(tx, input.digest);
    return row ? ok({ digest: row.digest, sizeBytes: row.sizeBytes, entrypoints: row.entrypoints, uploadedBy: { id: row.uploaderId, name: row.uploaderName }, uploadedAt: row.uploadedAt }) : notFound('bundle');
  },
  http: { method: 'GET', path: '/api/v1/policy-bundles/{digest}', tag: 'Policies', body: 'none' },
});
