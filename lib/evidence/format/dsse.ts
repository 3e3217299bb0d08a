// DSSE envelopes: parsing, writing, and the bytes that are signed (github.com/secure-systems-lab/dsse, 1.0.2).
//
// Pure and safe for the browser. Verification itself needs keys and is elsewhere.
import { decodeBase64, encodeBase64 } from '#lib/evidence/format/base64.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

export const DSSE_MEDIA_TYPE = 'application/vnd.dsse.envelope.v1+json';
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** More signatures than this on one envelope are refused: each costs a public-key operation. */
export const MAXIMUM_SIGNATURES = 64;

/**
 * A signature as bytes. `keyid` is an unauthenticated hint: it may narrow which keys to try and decides nothing. `cert` is the signer's certificate
 * in PEM, with those between it and its authority behind it (a field of DSSE's implementations, in-toto's among them); it is believed no further than it chains to somebody trusted.
 */
export type EnvelopeSignature = { readonly keyid: string | null; readonly sig: Uint8Array<ArrayBuffer>; readonly cert?: string };

/** A decoded envelope. `payload` holds the very bytes that were signed: read these and never a second decoding. */
export type Envelope = { readonly payloadType: string; readonly payload: Uint8Array<ArrayBuffer>; readonly signatures: readonly EnvelopeSignature[] };

export type EnvelopeError = { readonly code: 'not_json' | 'bad_shape' | 'bad_base64' | 'no_signature' | 'too_many_signatures'; readonly path: string; readonly message: string };

/**
 * The pre-authentication encoding, the byte string that a DSSE signature covers:
 * `"DSSEv1" SP len(type) SP type SP len(body) SP body`, lengths in bytes, decimal.
 */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const type = encoder.encode(payloadType);
  const head = encoder.encode(`DSSEv1 ${String(type.length)} ${payloadType} ${String(payload.length)} `);
  const out = new Uint8Array(head.length + payload.length);
  out.set(head);
  out.set(payload, head.length);
  return out;
}

/**
 * Reads one envelope. Unknown fields are ignored, as DSSE asks; duplicate keys, loose base64 and an envelope
 * without signatures are refused.
 */
export function parseEnvelope(source: string | Uint8Array): Result<Envelope, EnvelopeError> {
  const json = parseStrictJson(source);
  if (!json.ok) return err({ code: 'not_json', path: '', message: json.error.message });
  const root = asRecord(json.value);
  if (root === null) return refuse('', 'an object is expected');
  const { payloadType, payload, signatures } = root;
  if (typeof payloadType !== 'string' || payloadType === '') return refuse('payloadType', 'a non-empty string is expected');
  if (typeof payload !== 'string') return refuse('payload', 'a base64 string is expected');
  if (!Array.isArray(signatures)) return refuse('signatures', 'an array is expected');
  if (signatures.length === 0) return err({ code: 'no_signature', path: 'signatures', message: 'the envelope has no signature' });
  if (signatures.length > MAXIMUM_SIGNATURES) {
    return err({ code: 'too_many_signatures', path: 'signatures', message: `${String(signatures.length)} signatures; at most ${String(MAXIMUM_SIGNATURES)} are read` });
  }
  const body = decodeBase64(payload);
  if (!body.ok) return err({ code: 'bad_base64', path: 'payload', message: body.error });
  const read: EnvelopeSignature[] = [];
  for (const [index, entry] of (signatures as unknown[]).entries()) {
    const path = `signatures[${String(index)}]`;
    const signature = asRecord(entry);
    if (signature === null) return refuse(path, 'an object is expected');
    if (typeof signature['sig'] !== 'string' || signature['sig'] === '') return refuse(`${path}.sig`, 'a base64 string is expected');
    const keyid = signature['keyid'] ?? null;
    if (keyid !== null && typeof keyid !== 'string') return refuse(`${path}.keyid`, 'a string is expected');
    const sig = decodeBase64(signature['sig']);
    if (!sig.ok) return err({ code: 'bad_base64', path: `${path}.sig`, message: sig.error });
    const cert = signature['cert'] ?? null;
    if (cert !== null && typeof cert !== 'string') return refuse(`${path}.cert`, 'a string is expected');
    read.push({ keyid: keyid === '' ? null : keyid, sig: sig.value, ...(cert === null || cert === '' ? {} : { cert }) });
  }
  return ok({ payloadType, payload: body.value, signatures: read });
}

/** Writes an envelope as JSON, in standard base64. */
export function encodeEnvelope(envelope: { readonly payloadType: string; readonly payload: Uint8Array; readonly signatures: readonly { readonly keyid: string | null; readonly sig: Uint8Array }[] }): string {
  return JSON.stringify({
    payload: encodeBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: envelope.signatures.map(({ keyid, sig }) => (keyid === null ? { sig: encodeBase64(sig) } : { keyid, sig: encodeBase64(sig) })),
  });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

function refuse(path: string, message: string): Result<never, EnvelopeError> {
  return err({ code: 'bad_shape', path, message });
}
