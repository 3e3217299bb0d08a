// Sigstore bundles v0.1 to v0.3 as bytes (github.com/sigstore/protobuf-specs, sigstore_bundle.proto), and what each version demands. Pure.
import { isRecord, JsonReader, type Defect, type JsonRecord } from '#lib/evidence/format/json-reader.ts';

export type BundleVersion = '0.1' | '0.2' | '0.3';

export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const VERSIONS: ReadonlyMap<string, BundleVersion> = new Map([
  ['application/vnd.dev.sigstore.bundle+json;version=0.1', '0.1'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.2', '0.2'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.3', '0.3'],
  [BUNDLE_MEDIA_TYPE, '0.3'],
]);

export const LARGEST_CERTIFICATE = 64 * 1024;
const LARGEST_SIGNATURE = 64 * 1024;
const LARGEST_TIMESTAMP = 64 * 1024;
const LARGEST_BODY = 64 * 1024 * 1024;
/** The last second of the year 9999. */
const LATEST_TIME = 253_402_300_799n;
/** More of any of these would only cost time: each asks for public-key operations. */
const MOST = { certificates: 10, entries: 16, timestamps: 16, hashes: 64, signatures: 64 };

export type InclusionProof = { readonly logIndex: bigint; readonly treeSize: bigint; readonly rootHash: Buffer; readonly hashes: readonly Buffer[]; readonly checkpoint: string | null };

export type LogEntry = {
  readonly path: string;
  readonly logIndex: bigint;
  readonly logId: Buffer;
  readonly kind: string;
  readonly version: string;
  /** Seconds since 1970; null where the log gives none (Rekor v2). */
  readonly integratedTime: bigint | null;
  readonly promise: Buffer | null;
  readonly proof: InclusionProof | null;
  readonly body: Buffer;
};

export type VerificationMaterial =
  | { readonly kind: 'certificate'; readonly certificates: readonly Buffer[]; readonly chain: boolean }
  | { readonly kind: 'public_key'; readonly hint: string | null; readonly rawBytes: Buffer | null };

export type MessageDigest = { readonly algorithm: string; readonly digest: Buffer };

export type BundleContent =
  | { readonly kind: 'message'; readonly digest: MessageDigest | null; readonly signature: Buffer }
  | { readonly kind: 'dsse'; readonly payloadType: string; readonly payload: Buffer; readonly signatures: readonly { readonly keyid: string | null; readonly sig: Buffer }[] };

export type SigstoreBundle = {
  readonly mediaType: string;
  readonly version: BundleVersion | null;
  readonly material: VerificationMaterial | null;
  readonly content: BundleContent | null;
  readonly entries: readonly LogEntry[];
  readonly timestamps: readonly Buffer[];
};

export type ReadBundle = { readonly bundle: SigstoreBundle; readonly defects: readonly Defect[] };

/** Is this JSON meant to be a Sigstore bundle, of whatever version? */
export const isBundle = (json: unknown): json is JsonRecord => isRecord(json) && typeof json['mediaType'] === 'string' && /^application\/vnd\.dev\.sigstore\.bundle[.+]/.test(json['mediaType']);

/** Reads as much as there is; `defects` names everything that does not belong. */
export function readBundle(json: JsonRecord): ReadBundle {
  const reader = new JsonReader();
  const mediaType = reader.text(json, 'mediaType', 'mediaType') ?? '';
  const version = VERSIONS.get(mediaType) ?? null;
  const material = reader.record(json, 'verificationMaterial', 'verificationMaterial');
  const bundle = {
    mediaType,
    version,
    material: readMaterial(reader, material),
    content: readContent(reader, json),
    entries: readEntries(reader, material),
    timestamps: readTimestamps(reader, material),
  };
  return { bundle, defects: reader.defects };
}

function readMaterial(reader: JsonReader, material: JsonRecord | null): VerificationMaterial | null {
  if (material === null) return null;
  const base = 'verificationMaterial';
  const given = ['certificate', 'x509CertificateChain', 'publicKey'].filter((key) => Object.hasOwn(material, key) && material[key] !== null);
  // Two signers in one bundle: which one a reader takes would be its own choice.
  if (given.length > 1) return reader.wrong(base, `has ${given.join(' and ')}; exactly one of them is expected`);
  switch (given[0]) {
    case 'certificate': {
      const der = reader.bytes(reader.record(material, 'certificate', `${base}.certificate`), 'rawBytes', `${base}.certificate.rawBytes`, LARGEST_CERTIFICATE);
      return der === null ? null : { kind: 'certificate', certificates: [der], chain: false };
    }
    case 'x509CertificateChain': {
      const path = `${base}.x509CertificateChain.certificates`;
      const entries = reader.list(reader.record(material, 'x509CertificateChain', `${base}.x509CertificateChain`), 'certificates', path, MOST.certificates);
      const certificates = entries.map((entry, index) => reader.bytes(isRecord(entry) ? entry : {}, 'rawBytes', `${path}[${String(index)}].rawBytes`, LARGEST_CERTIFICATE));
      if (certificates.length === 0) return reader.wrong(path, 'is empty');
      const whole = certificates.filter((der) => der !== null);
      return whole.length < certificates.length ? null : { kind: 'certificate', certificates: whole, chain: true };
    }
    case 'publicKey': {
      const key = reader.record(material, 'publicKey', `${base}.publicKey`);
      if (key === null) return null;
      const hint = Object.hasOwn(key, 'hint') && key['hint'] !== null && key['hint'] !== '' ? reader.text(key, 'hint', `${base}.publicKey.hint`) : null;
      const rawBytes = Object.hasOwn(key, 'rawBytes') && key['rawBytes'] !== null ? reader.bytes(key, 'rawBytes', `${base}.publicKey.rawBytes`, LARGEST_CERTIFICATE) : null;
      return { kind: 'public_key', hint, rawBytes };
    }
    default:
      return reader.wrong(base, 'has neither certificate, x509CertificateChain nor publicKey');
  }
}

function readContent(reader: JsonReader, json: JsonRecord): BundleContent | null {
  const message = Object.hasOwn(json, 'messageSignature') && json['messageSignature'] !== null;
  const dsse = Object.hasOwn(json, 'dsseEnvelope') && json['dsseEnvelope'] !== null;
  if (message === dsse) return reader.wrong('', message ? 'has messageSignature and dsseEnvelope; exactly one of them is expected' : 'has neither messageSignature nor dsseEnvelope');
  return message ? readMessage(reader, json) : readDsse(reader, json);
}

function readMessage(reader: JsonReader, json: JsonRecord): BundleContent | null {
  const message = reader.record(json, 'messageSignature', 'messageSignature');
  const signature = reader.bytes(message, 'signature', 'messageSignature.signature', LARGEST_SIGNATURE);
  const given = reader.optionalRecord(message, 'messageDigest', 'messageSignature.messageDigest');
  const algorithm = given === null ? null : reader.text(given, 'algorithm', 'messageSignature.messageDigest.algorithm');
  const digest = given === null ? null : reader.bytes(given, 'digest', 'messageSignature.messageDigest.digest', 64);
  return signature === null ? null : { kind: 'message', digest: algorithm === null || digest === null ? null : { algorithm, digest }, signature };
}

function readDsse(reader: JsonReader, json: JsonRecord): BundleContent | null {
  const envelope = reader.record(json, 'dsseEnvelope', 'dsseEnvelope');
  const payloadType = reader.text(envelope, 'payloadType', 'dsseEnvelope.payloadType');
  const payload = reader.bytes(envelope, 'payload', 'dsseEnvelope.payload', LARGEST_BODY);
  const entries = reader.list(envelope, 'signatures', 'dsseEnvelope.signatures', MOST.signatures);
  const signatures = entries.map((entry, index) => {
    const record = isRecord(entry) ? entry : {};
    const sig = reader.bytes(record, 'sig', `dsseEnvelope.signatures[${String(index)}].sig`, LARGEST_SIGNATURE);
    return sig === null ? null : { keyid: typeof record['keyid'] === 'string' && record['keyid'] !== '' ? record['keyid'] : null, sig };
  });
  // The transparency log covers one signature, so a second one would be covered by nothing.
  if (entries.length !== 1) reader.wrong('dsseEnvelope.signatures', `has ${String(entries.length)} signatures; a bundle has exactly one`);
  const whole = signatures.filter((signature) => signature !== null);
  return payloadType === null || payload === null || whole.length === 0 ? null : { kind: 'dsse', payloadType, payload, signatures: whole };
}

function readEntries(reader: JsonReader, material: JsonRecord | null): LogEntry[] {
  const entries = reader.list(material, 'tlogEntries', 'verificationMaterial.tlogEntries', MOST.entries);
  return entries.flatMap((entry, index) => {
    const path = `verificationMaterial.tlogEntries[${String(index)}]`;
    if (!isRecord(entry)) {
      reader.wrong(path, 'is not an object');
      return [];
    }
    const kindVersion = reader.record(entry, 'kindVersion', `${path}.kindVersion`);
    const kind = reader.text(kindVersion, 'kind', `${path}.kindVersion.kind`);
    const version = reader.text(kindVersion, 'version', `${path}.kindVersion.version`);
    const logId = reader.bytes(reader.record(entry, 'logId', `${path}.logId`), 'keyId', `${path}.logId.keyId`, 1024);
    const body = reader.bytes(entry, 'canonicalizedBody', `${path}.canonicalizedBody`, LARGEST_BODY);
    const promise = reader.optionalRecord(entry, 'inclusionPromise', `${path}.inclusionPromise`);
    const set = promise === null ? null : reader.bytes(promise, 'signedEntryTimestamp', `${path}.inclusionPromise.signedEntryTimestamp`, LARGEST_SIGNATURE);
    // Zero is how protocol buffers write an index that is absent, as in the first entry of a log.
    const logIndex = Object.hasOwn(entry, 'logIndex') ? reader.integer(entry, 'logIndex', `${path}.logIndex`) : 0n;
    const hasTime = Object.hasOwn(entry, 'integratedTime') && entry['integratedTime'] !== null && entry['integratedTime'] !== '0' && entry['integratedTime'] !== 0;
    const claimedTime = hasTime ? reader.integer(entry, 'integratedTime', `${path}.integratedTime`) : null;
    const integratedTime = claimedTime !== null && claimedTime > LATEST_TIME ? reader.wrong(`${path}.integratedTime`, 'lies after the year 9999') : claimedTime;
    const proof = readProof(reader, entry, path);
    return kind === null || version === null || logId === null || body === null || logIndex === null ? [] : [{ path, logIndex, logId, kind, version, integratedTime, promise: set, proof, body }];
  });
}

function readProof(reader: JsonReader, entry: JsonRecord, base: string): InclusionProof | null {
  const path = `${base}.inclusionProof`;
  const proof = reader.optionalRecord(entry, 'inclusionProof', path);
  if (proof === null) return null;
  const logIndex = Object.hasOwn(proof, 'logIndex') ? reader.integer(proof, 'logIndex', `${path}.logIndex`) : 0n;
  const treeSize = reader.integer(proof, 'treeSize', `${path}.treeSize`);
  const rootHash = reader.bytes(proof, 'rootHash', `${path}.rootHash`, 64);
  const entries = reader.list(proof, 'hashes', `${path}.hashes`, MOST.hashes);
  const hashes = entries.map((hash, index) => reader.bytes({ hash }, 'hash', `${path}.hashes[${String(index)}]`, 64)).filter((hash) => hash !== null);
  const checkpoint = reader.optionalRecord(proof, 'checkpoint', `${path}.checkpoint`);
  const envelope = checkpoint === null ? null : reader.text(checkpoint, 'envelope', `${path}.checkpoint.envelope`);
  if (logIndex === null || treeSize === null || rootHash === null || hashes.length < entries.length) return null;
  return { logIndex, treeSize, rootHash, hashes, checkpoint: envelope };
}

function readTimestamps(reader: JsonReader, material: JsonRecord | null): Buffer[] {
  const path = 'verificationMaterial.timestampVerificationData';
  const data = reader.optionalRecord(material, 'timestampVerificationData', path);
  const entries = reader.list(data, 'rfc3161Timestamps', `${path}.rfc3161Timestamps`, MOST.timestamps);
  return entries.flatMap((entry, index) => {
    const der = reader.bytes(isRecord(entry) ? entry : {}, 'signedTimestamp', `${path}.rfc3161Timestamps[${String(index)}].signedTimestamp`, LARGEST_TIMESTAMP);
    return der === null ? [] : [der];
  });
}

/**
 * What the version of a bundle demands beyond its shape: v0.1 an inclusion promise for each log entry, v0.2 and v0.3 an inclusion
 * proof with a checkpoint, v0.3 a single certificate in place of a chain.
 *
 * @param chainAllowed model signing by certificate writes chains into v0.3 bundles.
 */
export function versionDefects(bundle: SigstoreBundle, chainAllowed: boolean): string[] {
  const defects: string[] = [];
  for (const { path, promise, proof } of bundle.entries) {
    if (bundle.version === '0.1' && promise === null) defects.push(`${path} has no inclusion promise, which v0.1 demands`);
    if (bundle.version !== '0.1' && proof === null) defects.push(`${path} has no inclusion proof`);
    if (bundle.version !== '0.1' && proof !== null && proof.checkpoint === null) defects.push(`${path}.inclusionProof has no checkpoint`);
  }
  if (bundle.version === '0.3' && !chainAllowed && bundle.material?.kind === 'certificate' && bundle.material.chain) defects.push('v0.3 has one certificate in place of a chain');
  return defects;
}
