// What a log entry is about: the body that the log took must speak of this very content, signature and signer (Rekor v1 and v2). Pure.
import { createHash } from 'node:crypto';
import { fieldOf, isRecord, type JsonRecord } from '#lib/evidence/format/json-reader.ts';
import type { LogEntry } from '#lib/evidence/format/sigstore-bundle.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

/** What an entry must be about. Digests by algorithm, lower-case: of the signed bytes, and of a DSSE payload. */
export type Logged = {
  readonly signature: Buffer;
  /** Digest of the bytes that were signed; null where they are not known in this algorithm. */
  readonly signedDigest: (algorithm: string) => Buffer | null;
  /** The DSSE payload; null for a message signature. */
  readonly payload: Buffer | null;
  /** The signer's certificate, or public key (SubjectPublicKeyInfo), in DER. */
  readonly signer: { readonly kind: 'certificate' | 'public_key'; readonly der: Buffer };
};

/** Compares an entry with what it should be about, or says which part is another one's. */
export function entryMatches(entry: LogEntry, logged: Logged): Result<string, string> {
  const json = parseStrictJson(entry.body);
  if (!json.ok) return err(`the body is not JSON: ${json.error.message}`);
  const body = isRecord(json.value) ? json.value : {};
  const kind = text(body, 'kind');
  const version = text(body, 'apiVersion');
  if (kind !== entry.kind || version !== entry.version) return err(`the body is of kind ${kind} ${version}, the bundle says ${entry.kind} ${entry.version}`);
  const spec = child(body, 'spec');
  const form = `${kind} ${version}`;
  const parts = partsOf(form, spec);
  if (parts === null) return err(`an entry of the kind ${form.slice(0, 100)} is not known`);
  const wrong = mismatch(parts, logged);
  return wrong === null ? ok(form) : err(wrong);
}

type Parts = {
  readonly signatures: readonly unknown[];
  readonly signature: Buffer;
  readonly signer: Buffer | null;
  readonly digest: { readonly of: 'signed' | 'payload'; readonly algorithm: string; readonly value: Buffer };
};

const child = (parent: JsonRecord, key: string): JsonRecord => {
  const value = fieldOf(parent, key);
  return isRecord(value) ? value : {};
};
const text = (parent: JsonRecord, key: string): string => {
  const value = fieldOf(parent, key);
  return typeof value === 'string' ? value : '';
};
const list = (parent: JsonRecord, key: string): readonly unknown[] => {
  const value = fieldOf(parent, key);
  return Array.isArray(value) ? (value as unknown[]) : [];
};
const first = (values: readonly unknown[]): JsonRecord => (isRecord(values[0]) ? values[0] : {});
const base64 = (value: string): Buffer => Buffer.from(value, 'base64');
const ALGORITHMS: ReadonlyMap<string, string> = new Map([['SHA2_256', 'sha256'], ['SHA2_384', 'sha384'], ['SHA2_512', 'sha512'], ['sha256', 'sha256'], ['sha384', 'sha384'], ['sha512', 'sha512']]);

function partsOf(form: string, spec: JsonRecord): Parts | null {
  switch (form) {
    case 'hashedrekord 0.0.1': {
      const signature = child(spec, 'signature');
      const hash = child(child(spec, 'data'), 'hash');
      return { signatures: [signature], signature: base64(text(signature, 'content')), signer: pemDer(base64(text(child(signature, 'publicKey'), 'content'))), digest: { of: 'signed', algorithm: text(hash, 'algorithm'), value: Buffer.from(text(hash, 'value'), 'hex') } };
    }
    case 'hashedrekord 0.0.2': {
      const inner = child(spec, 'hashedRekordV002');
      const signature = child(inner, 'signature');
      const data = child(inner, 'data');
      return { signatures: [signature], signature: base64(text(signature, 'content')), signer: verifierDer(child(signature, 'verifier')), digest: { of: 'signed', algorithm: text(data, 'algorithm'), value: base64(text(data, 'digest')) } };
    }
    case 'dsse 0.0.1': {
      const signatures = list(spec, 'signatures');
      const hash = child(spec, 'payloadHash');
      return { signatures, signature: base64(text(first(signatures), 'signature')), signer: pemDer(base64(text(first(signatures), 'verifier'))), digest: { of: 'payload', algorithm: text(hash, 'algorithm'), value: Buffer.from(text(hash, 'value'), 'hex') } };
    }
    case 'dsse 0.0.2': {
      const inner = child(spec, 'dsseV002');
      const signatures = list(inner, 'signatures');
      const hash = child(inner, 'payloadHash');
      return { signatures, signature: base64(text(first(signatures), 'content')), signer: verifierDer(child(first(signatures), 'verifier')), digest: { of: 'payload', algorithm: text(hash, 'algorithm'), value: base64(text(hash, 'digest')) } };
    }
    case 'intoto 0.0.2': {
      const content = child(spec, 'content');
      const signatures = list(child(content, 'envelope'), 'signatures');
      const hash = child(content, 'payloadHash');
      // Rekor encodes signatures of this kind twice.
      return { signatures, signature: base64(base64(text(first(signatures), 'sig')).toString('latin1')), signer: pemDer(base64(text(first(signatures), 'publicKey'))), digest: { of: 'payload', algorithm: text(hash, 'algorithm'), value: Buffer.from(text(hash, 'value'), 'hex') } };
    }
    default:
      return null;
  }
}

/** The certificate or key inside a PEM block. */
function pemDer(pem: Buffer): Buffer | null {
  const block = /^\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/.exec(pem.toString('latin1'));
  return block === null ? null : base64(block[2] ?? '');
}

function verifierDer(verifier: JsonRecord): Buffer | null {
  const bytes = text(child(verifier, 'x509Certificate'), 'rawBytes') || text(child(verifier, 'publicKey'), 'rawBytes');
  return bytes === '' ? null : base64(bytes);
}

function mismatch({ signatures, signature, signer, digest }: Parts, logged: Logged): string | null {
  if (signatures.length !== 1) return `the entry has ${String(signatures.length)} signatures; one is expected`;
  if (!signature.equals(logged.signature)) return 'the entry is about another signature';
  if (signer === null) return 'the entry names no signer that can be read';
  if (!signer.equals(logged.signer.der)) return `the entry is about another ${logged.signer.kind === 'certificate' ? 'certificate' : 'key'}`;
  const algorithm = ALGORITHMS.get(digest.algorithm);
  if (algorithm === undefined) return `the entry’s digest algorithm ${digest.algorithm.slice(0, 50)} is not accepted`;
  if (digest.of === 'payload' && logged.payload === null) return 'the entry is about an envelope, the bundle holds a signature of a file';
  const expected = digest.of === 'payload' ? createHash(algorithm).update(logged.payload ?? '').digest() : logged.signedDigest(algorithm);
  if (expected === null) return `the ${algorithm} of the content is not known, so the entry cannot be compared`;
  return digest.value.equals(expected) ? null : `the entry is about other content: ${algorithm} ${digest.value.toString('hex')}`;
}
