// Sigstore trusted roots: the logs and authorities of one Sigstore instance and when each may be believed (sigstore_trustroot.proto).
import { createPublicKey } from 'node:crypto';
import { isRecord, JsonReader, type JsonRecord } from '#lib/evidence/format/json-reader.ts';
import { LARGEST_CERTIFICATE } from '#lib/evidence/format/sigstore-bundle.ts';
import { keyFromSpki, verifyingKey, type VerifyingKey } from '#lib/evidence/format/public-key.ts';
import { issued, readCertificate, type Certificate } from '#lib/evidence/sigstore/certificate.ts';
import { digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

/** A closed interval; a null end is open. */
export type Validity = { readonly start: Date; readonly end: Date | null };

/** A transparency log. `names` are those under which it may sign checkpoints: the host of its address, with its port where it has one. */
export type TransparencyLog = { readonly name: string; readonly names: readonly string[]; readonly logId: Buffer; readonly checkpointId: Buffer; readonly key: VerifyingKey; readonly validity: Validity };

/** A certificate authority or a timestamp authority: its certificates from the issuing one (or the signing one) up to the root. */
export type Authority = { readonly uri: string; readonly chain: readonly Certificate[]; readonly validity: Validity };

export type TrustedRoot = {
  readonly logs: readonly TransparencyLog[];
  readonly certificateLogs: readonly TransparencyLog[];
  readonly authorities: readonly Authority[];
  readonly timestampAuthorities: readonly Authority[];
  /** Equal exactly when the same is trusted. */
  readonly digest: string;
};

export const within = ({ start, end }: Validity, at: Date): boolean => start.getTime() <= at.getTime() && (end === null || at.getTime() <= end.getTime());
export const describeValidity = ({ start, end }: Validity): string => `${start.toISOString()} to ${end === null ? 'now' : end.toISOString()}`;

/** Is this JSON meant to be a trusted root? */
export const isTrustedRoot = (json: unknown): json is JsonRecord => isRecord(json) && typeof json['mediaType'] === 'string' && json['mediaType'].startsWith('application/vnd.dev.sigstore.trustedroot');

/**
 * Reads a trusted root. It is refused whole when any part is malformed, has no start of validity, or is too weak: what the operator believes to
 * trust and what is trusted must be the same.
 */
export function readTrustedRoot(source: Uint8Array | string): Result<TrustedRoot, string> {
  const json = parseStrictJson(source);
  if (!json.ok) return err(json.error.message);
  if (!isTrustedRoot(json.value)) return err('mediaType is not that of a Sigstore trusted root');
  const reader = new JsonReader();
  const root = json.value;
  const read = {
    logs: readLogs(reader, root, 'tlogs'),
    certificateLogs: readLogs(reader, root, 'ctlogs'),
    authorities: readAuthorities(reader, root, 'certificateAuthorities'),
    timestampAuthorities: readAuthorities(reader, root, 'timestampAuthorities'),
  };
  const [defect] = reader.defects;
  return defect === undefined ? ok({ ...read, digest: digestOf(json.value as Json) }) : err(`${defect.path}: ${defect.message}`);
}

function readLogs(reader: JsonReader, root: JsonRecord, field: string): TransparencyLog[] {
  return reader.list(root, field, field, 100).flatMap((entry, index) => {
    const path = `${field}[${String(index)}]`;
    const record = isRecord(entry) ? entry : {};
    const given = reader.record(record, 'publicKey', `${path}.publicKey`);
    const der = reader.bytes(given, 'rawBytes', `${path}.publicKey.rawBytes`, LARGEST_CERTIFICATE);
    const key = der === null ? null : logKey(der, given?.['keyDetails']);
    if (key !== null && !key.ok) reader.wrong(`${path}.publicKey`, key.error);
    const validity = readValidity(reader, given, `${path}.publicKey`);
    const logId = reader.bytes(reader.record(record, 'logId', `${path}.logId`), 'keyId', `${path}.logId.keyId`, 1024);
    const checkpoint = reader.optionalRecord(record, 'checkpointKeyId', `${path}.checkpointKeyId`);
    const checkpointId = checkpoint === null ? logId : reader.bytes(checkpoint, 'keyId', `${path}.checkpointKeyId.keyId`, 1024);
    const names = hostsOf(reader.text(record, 'baseUrl', `${path}.baseUrl`) ?? '');
    const [name] = names;
    if (name === undefined) reader.wrong(`${path}.baseUrl`, 'is not an address');
    if (key === null || !key.ok || validity === null || logId === null || checkpointId === null || name === undefined) return [];
    return [{ name, names, logId, checkpointId, key: key.value, validity }];
  });
}

/** Old certificate logs are written as bare PKCS#1 keys. */
function logKey(der: Buffer, details: unknown): Result<VerifyingKey, string> {
  if (typeof details !== 'string' || !details.startsWith('PKCS1_')) return keyFromSpki(der);
  try {
    return verifyingKey(createPublicKey({ key: der, format: 'der', type: 'pkcs1' }));
  } catch {
    return err('OpenSSL cannot read this public key');
  }
}

function hostsOf(address: string): readonly string[] {
  try {
    const { host, hostname } = new URL(address);
    return host === hostname ? [hostname] : [host, hostname];
  } catch {
    return [];
  }
}

function readValidity(reader: JsonReader, record: JsonRecord | null, path: string): Validity | null {
  const period = reader.record(record, 'validFor', `${path}.validFor`);
  const start = readTime(reader, period, 'start', `${path}.validFor.start`);
  const hasEnd = period !== null && Object.hasOwn(period, 'end') && period['end'] !== null;
  const end = hasEnd ? readTime(reader, period, 'end', `${path}.validFor.end`) : null;
  return start === null || (hasEnd && end === null) ? null : { start, end };
}

function readTime(reader: JsonReader, record: JsonRecord | null, key: string, path: string): Date | null {
  const text = reader.text(record, key, path);
  if (text === null) return null;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : null;
  return time === null || Number.isNaN(time.getTime()) ? reader.wrong(path, 'is not a time (RFC 3339)') : time;
}

function readAuthorities(reader: JsonReader, root: JsonRecord, field: string): Authority[] {
  return reader.list(root, field, field, 100).flatMap((entry, index) => {
    const path = `${field}[${String(index)}]`;
    const record = isRecord(entry) ? entry : {};
    const validity = readValidity(reader, record, path);
    const uri = typeof record['uri'] === 'string' ? record['uri'] : '';
    const entries = reader.list(reader.optionalRecord(record, 'certChain', `${path}.certChain`), 'certificates', `${path}.certChain.certificates`, 10);
    const chain = entries.map((certificate, at) => {
      const where = `${path}.certChain.certificates[${String(at)}]`;
      const der = reader.bytes(isRecord(certificate) ? certificate : {}, 'rawBytes', `${where}.rawBytes`, LARGEST_CERTIFICATE);
      const read = der === null ? null : readCertificate(der);
      if (read !== null && !read.ok) reader.wrong(where, read.error);
      return read !== null && read.ok ? read.value : null;
    });
    const whole = chain.filter((certificate) => certificate !== null);
    whole.forEach((certificate, at) => {
      const above = whole[at + 1];
      if (above !== undefined && !issued(above, certificate)) reader.wrong(`${path}.certChain`, `certificate ${String(at)} was not issued by the one after it`);
    });
    return validity === null || whole.length < chain.length ? [] : [{ uri, chain: whole, validity }];
  });
}
