// Verifies an OpenSSF model signature: the bundle around it, the manifest inside it, and the files of a model against the manifest. Pure.
import { context, NOT_YET, required, type Judged } from '#lib/evidence/checks.ts';
import { earlyEncoding, isIgnored, isModelStatement, MODEL_DIGESTS_TYPE, modelRoot, readModelManifest, type ModelHash, type ModelManifest, type ModelResource } from '#lib/evidence/format/model-signing.ts';
import { readBundle } from '#lib/evidence/format/sigstore-bundle.ts';
import type { JsonRecord } from '#lib/evidence/format/json-reader.ts';
import type { SignerTrust } from '#lib/evidence/sigstore/trust.ts';
import { verifyBundle, type BundleReport } from '#lib/evidence/sigstore/verify-bundle.ts';
import { counted, few } from '#lib/evidence/text.ts';
import { err, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

/** A model on disk, as whoever reads it found it. Paths are relative, with `/`; a model of one file has the path `.` alone. */
export type ModelOnDisk = {
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** What is neither a file nor a folder, such as symbolic links. */
  readonly others: readonly { readonly path: string; readonly kind: string }[];
  /** Hex digest of a file, or of a part of it. */
  readonly digest: (path: string, hash: ModelHash, range: { readonly start: number; readonly end: number } | null) => Promise<string>;
};

export type ModelOptions = {
  /** Paths that need not be signed, besides those that the signature itself names: the signature's own file, for one. */
  readonly ignoredPaths: readonly string[];
  /** Whether files that the signature does not list are accepted. */
  readonly allowUnsigned: boolean;
};

/** The statement inside a bundle, where it is that of a model signature. */
export function modelStatementOf(json: JsonRecord): JsonRecord | null {
  const { content } = readBundle(json).bundle;
  if (content?.kind !== 'dsse') return null;
  const statement = parseStrictJson(content.payload);
  return statement.ok && isModelStatement(statement.value) ? statement.value : null;
}

export type ModelSignature = { readonly report: BundleReport; readonly manifest: Result<ModelManifest, string>; readonly checks: readonly Judged[] };

/** Verifies signature and manifest, without any model. Keys and certificate authorities of one's own need no transparency log. */
export function verifyModelSignature(json: JsonRecord, trust: SignerTrust): ModelSignature {
  const { content } = readBundle(json).bundle;
  const statement = modelStatementOf(json);
  const early = statement?.['predicateType'] === MODEL_DIGESTS_TYPE && content?.kind === 'dsse';
  const report = verifyBundle(json, { ...trust, log: 'if_known' }, null, {
    chainAllowed: true,
    otherEncodings: early ? [{ name: 'a signature as model signing v0.2 made it', bytes: earlyEncoding(content.payloadType, content.payload) }] : [],
  });
  const manifest = statement === null ? err('the bundle does not hold a model signature') : readModelManifest(statement);
  const isArtifact = (name: string) => name === 'artifact';
  return { report, manifest, checks: [...report.checks.filter(({ name }) => !isArtifact(name)), ...manifestChecks(manifest)] };
}

function manifestChecks(manifest: Result<ModelManifest, string>): Judged[] {
  const expected = 'a manifest of files inside the model, each listed once, digested with a known hash';
  const rootExpected = 'the subject is the SHA-256 over the digests of all files, in order';
  if (!manifest.ok) return [required('model_manifest', 'failed', expected, manifest.error), required('model_root', 'not_evaluated', rootExpected, `${NOT_YET}the manifest could not be read`)];
  const { resources, claimedRoot, hash, shardSize } = manifest.value;
  const computed = modelRoot(resources);
  return [
    required('model_manifest', 'passed', expected, `${counted(resources.length, shardSize === null ? 'file' : 'shard')}, ${hash}`),
    claimedRoot === null
      ? context('model_root', 'not_evaluated', rootExpected, 'signatures before v1.0 name none; every file is a subject')
      : required('model_root', claimedRoot === computed ? 'passed' : 'failed', rootExpected, `${computed}${claimedRoot === computed ? '' : `; the subject is ${claimedRoot}`}`),
  ];
}

const FILES_EXPECTED = 'every file of the model is listed with its digest, and every listed file is there';

/** Compares a model with a manifest. All files are looked at, whatever the first differences are. */
export async function compareModel(manifest: Result<ModelManifest, string>, model: ModelOnDisk | null, options: ModelOptions): Promise<Judged[]> {
  if (model === null) return [context('model_files', 'not_evaluated', FILES_EXPECTED, 'the files are not at hand')];
  if (!manifest.ok) return [required('model_files', 'not_evaluated', FILES_EXPECTED, `${NOT_YET}the manifest could not be read`)];
  const { resources, ignoredPaths, allowSymlinks, shardSize } = manifest.value;
  const ignored = [...ignoredPaths, ...options.ignoredPaths];
  const listed = new Map<string, ModelResource[]>();
  for (const resource of resources) {
    const known = listed.get(resource.path);
    if (known === undefined) listed.set(resource.path, [resource]);
    else known.push(resource);
  }
  const present = new Map(model.files.map((file) => [file.path, file]));
  const differences: string[] = [];
  for (const [path, parts] of listed) {
    const file = present.get(path);
    const difference = file === undefined ? 'is missing' : await fileDifference(manifest.value, parts, file.size, model);
    if (difference !== null) differences.push(`${path} ${difference}`);
  }
  // Shards of an empty file are none, so it cannot be listed.
  const unsigned = model.files.filter(({ path, size }) => !listed.has(path) && !isIgnored(path, ignored) && !(shardSize !== null && size === 0)).map(({ path }) => path);
  if (!options.allowUnsigned) differences.push(...unsigned.map((path) => `${path} is not signed`));
  const others = model.others.filter(({ path }) => !isIgnored(path, ignored));
  return [
    required('model_files', differences.length === 0 ? 'passed' : 'failed', FILES_EXPECTED, differences.length === 0 ? `${counted(listed.size, 'file')}, all as signed` : few(differences, 10)),
    others.length === 0
      ? required('model_links', 'passed', 'files and folders only', allowSymlinks ? 'so it is; links were followed' : 'so it is')
      : required('model_links', 'failed', allowSymlinks ? 'files, folders and links to files' : 'files and folders only', few(others.map(({ path, kind }) => `${path} is ${kind}`))),
  ];
}

async function fileDifference({ hash, shardSize }: ModelManifest, parts: readonly ModelResource[], size: number, model: ModelOnDisk): Promise<string | null> {
  if (shardSize === null) {
    const [whole] = parts;
    const actual = await model.digest(whole?.path ?? '', hash, null);
    return actual === whole?.digest ? null : `has the ${hash} ${actual}`;
  }
  // The shards must cover the file without gap or overlap, or a part of it would be unsigned.
  const ordered = [...parts].sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0));
  let covered = 0;
  for (const { path, range, digest } of ordered) {
    if (range === null || range.start !== covered || range.end <= range.start || range.end > size || range.end - range.start > shardSize) return `is of ${String(size)} bytes, which its shards do not cover as they should`;
    if ((await model.digest(path, hash, range)) !== digest) return `differs between byte ${String(range.start)} and ${String(range.end)}`;
    covered = range.end;
  }
  return covered === size ? null : `is of ${String(size)} bytes, of which ${String(covered)} are signed`;
}
