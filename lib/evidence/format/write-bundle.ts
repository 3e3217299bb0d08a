// Writes a DSSE envelope as a Sigstore bundle v0.3 signed by a key. Pure.
import { BUNDLE_MEDIA_TYPE } from '#lib/evidence/format/sigstore-bundle.ts';

/**
 * @param envelope one DSSE envelope as JSON, with one signature.
 * @param hint by which verifiers look the key up; it decides nothing.
 */
export function encodeBundle(envelope: string, hint: string): string {
  const { payload, payloadType, signatures } = JSON.parse(envelope) as { payload: string; payloadType: string; signatures: { sig: string }[] };
  return JSON.stringify({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    dsseEnvelope: { payload, payloadType, signatures: signatures.map(({ sig }) => ({ sig, keyid: '' })) },
  });
}
