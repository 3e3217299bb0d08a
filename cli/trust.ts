// What the command trusts: gathered from files and options, or a precise reason why it cannot be.
import { statSync } from 'node:fs';
import { z } from 'zod';
import { excerpt, optional, UsageError, type Arguments } from '#cli/arguments.ts';
import { readSmallFile } from '#cli/artifact.ts';
import { keysFromPem } from '#lib/evidence/format/public-key.ts';
import type { EvidenceTrust } from '#lib/evidence/standalone.ts';
import { certificatesFromPem } from '#lib/evidence/sigstore/certificate.ts';
import { noTrust } from '#lib/evidence/sigstore/trust.ts';
import { publicGoodRoot } from '#lib/evidence/sigstore/public-good.ts';
import { isTrustedRoot, readTrustedRoot, type TrustedRoot } from '#lib/evidence/sigstore/trusted-root.ts';
import { err, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

const LARGEST_TRUST = 5 * 1024 * 1024;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** A trust file: everything optional, at least one way to be trusted needed. `sigstore` is `public-good` or a trusted root. */
export const trustFile = z.strictObject({
  keys: z.array(z.string().max(20_000)).max(100).default([]),
  certificateAuthorities: z.array(z.string().max(200_000)).max(100).default([]),
  identities: z.array(z.strictObject({ issuer: z.string().min(1).max(4_000), subject: z.string().min(1).max(4_000) })).max(1_000).default([]),
  sigstore: z.union([z.literal('public-good'), z.record(z.string(), z.unknown())]).optional(),
  log: z.enum(['required', 'if_known']).optional(),
  builderIds: z.array(z.string().min(1).max(4_000)).max(1_000).optional(),
  threshold: z.int().min(1).max(64).optional(),
  evidence: z.array(z.string().regex(DIGEST)).max(1_000).default([]),
});

/** The trust in nothing that options and files are added to. Keys need no transparency log unless it is asked for. */
export const emptyTrust = (): EvidenceTrust => ({ ...noTrust(new Date()), log: 'if_known', builderIds: null, threshold: 1, pinned: [] });

/**
 * Adds what one `--trust` names.
 *
 * @throws UsageError when it is nothing that can be trusted, UnreadableError when it cannot be read.
 */
export function addTrust(trust: EvidenceTrust, given: string): EvidenceTrust {
  if (DIGEST.test(given)) return { ...trust, pinned: [...trust.pinned, given] };
  if (given === 'public-good') return { ...trust, root: publicGoodRoot() };
  const text = readSmallFile(given, LARGEST_TRUST, '--trust').toString('utf8');
  if (text.trimStart().startsWith('{')) return addJson(trust, given, text);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return { ...trust, anchors: [...trust.anchors, ...orRefuse(certificatesFromPem(text), given)] };
  return { ...trust, keys: [...trust.keys, ...orRefuse(keysFromPem(text), given)] };
}

function orRefuse<T>(read: Result<T, string>, where: string): T {
  if (!read.ok) throw new UsageError(`"${excerpt(where)}" cannot be trusted: ${read.error}`);
  return read.value;
}

function addJson(trust: EvidenceTrust, where: string, text: string): EvidenceTrust {
  const json = parseStrictJson(text);
  if (!json.ok) throw new UsageError(`"${excerpt(where)}" cannot be trusted: ${json.error.message}`);
  // A broken root is not refused here: the report then says what is wrong with it.
  if (isTrustedRoot(json.value)) return { ...trust, root: readTrustedRoot(text) };
  const file = trustFile.safeParse(json.value);
  if (!file.success) throw new UsageError(`"${excerpt(where)}" is no trust file: ${file.error.issues.slice(0, 2).map(({ path, message }) => `${path.map(String).join('.') || 'the document'}: ${message}`).join('; ')}`);
  const { keys, certificateAuthorities, identities, sigstore, log, builderIds, threshold, evidence } = file.data;
  const root: Result<TrustedRoot, string> | null = sigstore === undefined ? trust.root : sigstore === 'public-good' ? publicGoodRoot() : readTrustedRoot(JSON.stringify(sigstore));
  return {
    ...trust,
    keys: [...trust.keys, ...keys.flatMap((pem) => orRefuse(keysFromPem(pem), where))],
    anchors: [...trust.anchors, ...certificateAuthorities.flatMap((pem) => orRefuse(certificatesFromPem(pem), where))],
    identities: [...trust.identities, ...identities],
    root,
    log: log ?? trust.log,
    builderIds: builderIds === undefined ? trust.builderIds : [...(trust.builderIds ?? []), ...builderIds],
    threshold: threshold ?? trust.threshold,
    pinned: [...trust.pinned, ...evidence],
  };
}

/** Adds `--certificate-identity`, `--certificate-oidc-issuer` and `--trusted-root`; identities are believed under the public-good root unless another is named. */
export function addSigstore(trust: EvidenceTrust, parsed: Arguments): EvidenceTrust {
  const subject = optional(parsed, 'certificate-identity');
  const issuer = optional(parsed, 'certificate-oidc-issuer');
  if ((subject === null) !== (issuer === null)) throw new UsageError('--certificate-identity and --certificate-oidc-issuer belong together: an identity is only what its issuer says it is');
  const path = optional(parsed, 'trusted-root');
  const root = path === null ? trust.root : rootIn(path);
  const identities = subject === null || issuer === null ? trust.identities : [...trust.identities, { subject, issuer }];
  return { ...trust, identities, root: root ?? (identities.length > 0 ? publicGoodRoot() : null) };
}

function rootIn(path: string): Result<TrustedRoot, string> {
  const read = readTrustedRoot(readSmallFile(path, LARGEST_TRUST, '--trusted-root'));
  return read.ok ? read : err(`${path}: ${read.error}`);
}

export const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};
