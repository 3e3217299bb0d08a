// The bundles that cosign wrote before Sigstore bundles (pkg/cosign/fetch.go, LocalSignedPayload), rewritten as a Sigstore bundle v0.1. Pure.
import { decodeBase64 } from '#lib/evidence/format/base64.ts';
import { fieldOf, isRecord, type JsonRecord } from '#lib/evidence/format/json-reader.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

export const isCosignBundle = (json: unknown): json is JsonRecord => isRecord(json) && typeof json['base64Signature'] === 'string';

/**
 * The same claims in the shape of a Sigstore bundle v0.1. The log's promise is over the fields that are copied, so a change made here would
 * make it fail.
 */
export function fromCosignBundle(json: JsonRecord): Result<JsonRecord, string> {
  const signature = String(json['base64Signature']);
  const material = materialOf(fieldOf(json, 'cert'));
  if (!material.ok) return material;
  const rekor = fieldOf(json, 'rekorBundle');
  const entry = rekor === undefined ? ok(null) : isRecord(rekor) ? entryOf(rekor) : err('rekorBundle is not an object');
  if (!entry.ok) return entry;
  return ok({
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: { ...material.value, tlogEntries: entry.value === null ? [] : [entry.value] },
    ...contentOf(signature),
  });
}

/** `cert` is PEM, or base64 of PEM; without it a key signed. */
function materialOf(cert: unknown): Result<JsonRecord, string> {
  if (cert === undefined || cert === '') return ok({ publicKey: { hint: '' } });
  if (typeof cert !== 'string') return err('cert is not a string');
  const pem = cert.includes('-----BEGIN') ? cert : Buffer.from(cert, 'base64').toString('latin1');
  const block = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem);
  if (block === null) return err('cert is not one certificate in PEM');
  return ok({ x509CertificateChain: { certificates: [{ rawBytes: (block[1] ?? '').replace(/\s/g, '') }] } });
}

/** For attestations the signature is the whole envelope. */
function contentOf(signature: string): JsonRecord {
  const decoded = decodeBase64(signature);
  const json = decoded.ok && decoded.value[0] === 0x7b ? parseStrictJson(decoded.value) : null;
  return json !== null && json.ok && isRecord(json.value) && 'payloadType' in json.value ? { dsseEnvelope: json.value } : { messageSignature: { signature } };
}

function entryOf(rekor: JsonRecord): Result<JsonRecord, string> {
  const payload = fieldOf(rekor, 'Payload');
  const set = fieldOf(rekor, 'SignedEntryTimestamp');
  if (!isRecord(payload) || typeof set !== 'string') return err('rekorBundle has no Payload or no SignedEntryTimestamp');
  const body = fieldOf(payload, 'body');
  const logId = fieldOf(payload, 'logID');
  if (typeof body !== 'string' || typeof logId !== 'string' || !/^[0-9a-f]{2,128}$/.test(logId)) return err('the payload of rekorBundle has no body or no logID');
  const parsed = parseStrictJson(Buffer.from(body, 'base64'));
  const kind = parsed.ok && isRecord(parsed.value) ? { kind: parsed.value['kind'], version: parsed.value['apiVersion'] } : {};
  return ok({
    logIndex: fieldOf(payload, 'logIndex') ?? '0',
    logId: { keyId: Buffer.from(logId, 'hex').toString('base64') },
    kindVersion: kind,
    integratedTime: fieldOf(payload, 'integratedTime') ?? '0',
    inclusionPromise: { signedEntryTimestamp: set },
    canonicalizedBody: body,
  });
}
