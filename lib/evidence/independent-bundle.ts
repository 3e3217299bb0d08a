// The shell commands that repeat the checks of bundles, model signatures and lists of checksums with independent tools: cosign, model_signing, openssl, jq, coreutils. Pure.
import type { Judged } from '#lib/evidence/checks.ts';

const MATERIAL = '(.verificationMaterial.certificate.rawBytes // .verificationMaterial.x509CertificateChain.certificates[0].rawBytes)';

const BUNDLE: Readonly<Record<string, string>> = {
  base64: 'jq empty "$EVIDENCE"',
  media_type: 'jq -r .mediaType "$EVIDENCE"',
  bundle: 'jq . "$EVIDENCE"',
  artifact: 'sha256sum "$FILE"',
  statement: 'jq -r .dsseEnvelope.payload "$EVIDENCE" | base64 -d | jq ._type,.subject',
  payload_type: 'jq -r .dsseEnvelope.payloadType "$EVIDENCE"',
  certificate: `jq -r '${MATERIAL}' "$EVIDENCE" | base64 -d | openssl x509 -inform DER -noout -text`,
  certificate_time: `jq -r '${MATERIAL}' "$EVIDENCE" | base64 -d | openssl x509 -inform DER -noout -dates`,
  certificate_purpose: `jq -r '${MATERIAL}' "$EVIDENCE" | base64 -d | openssl x509 -inform DER -noout -ext keyUsage,extendedKeyUsage`,
  identity: `jq -r '${MATERIAL}' "$EVIDENCE" | base64 -d | openssl x509 -inform DER -noout -ext subjectAltName`,
  timestamp: 'jq -r \'.verificationMaterial.timestampVerificationData.rfc3161Timestamps[].signedTimestamp\' "$EVIDENCE" | head -n 1 | base64 -d | openssl ts -reply -in /dev/stdin -text',
  log_entry: 'jq -r \'.verificationMaterial.tlogEntries[].canonicalizedBody\' "$EVIDENCE" | base64 -d | jq .',
  checkpoint: 'jq -r \'.verificationMaterial.tlogEntries[].inclusionProof.checkpoint.envelope\' "$EVIDENCE"',
};
const COSIGN = 'cosign verify-blob --bundle "$EVIDENCE" --certificate-identity "$IDENTITY" --certificate-oidc-issuer "$ISSUER" "$FILE"  # verify-blob-attestation for statements, --key KEY for a key, --trusted-root ROOT to stay offline';
const BY_COSIGN = new Set(['signature', 'certificate_chain', 'certificate_log', 'inclusion_proof', 'inclusion_promise', 'log_time']);
const MODEL: Readonly<Record<string, string>> = {
  ...BUNDLE,
  signature: 'model_signing verify key --signature "$EVIDENCE" --public_key "$KEY" "$FILE"  # or: certificate, sigstore',
  model_files: 'model_signing verify key --signature "$EVIDENCE" --public_key "$KEY" "$FILE"  # or: certificate, sigstore',
  model_manifest: 'jq -r .dsseEnvelope.payload "$EVIDENCE" | base64 -d | jq .predicate',
  model_root: 'jq -r .dsseEnvelope.payload "$EVIDENCE" | base64 -d | jq -r \'.predicate.resources[].digest\' | xxd -r -p | sha256sum',
};
const CHECKSUMS: Readonly<Record<string, string>> = { trusted_signer: 'sha256sum "$EVIDENCE"', artifact: 'sha256sum --check --ignore-missing "$EVIDENCE"' };
const DETACHED: Readonly<Record<string, string>> = { signature: 'base64 -d "$EVIDENCE" > signature.bin; openssl dgst -sha256 -verify "$KEY" -signature signature.bin "$FILE"  # or: cosign verify-blob --key KEY --signature EVIDENCE FILE' };
const ENVELOPE: Readonly<Record<string, string>> = { artifact: 'sha256sum "$FILE"', statement: 'jq -r .payload "$EVIDENCE" | base64 -d | jq ._type,.subject', payload_type: 'jq -r .payloadType "$EVIDENCE"' };

/** Adds to each check the command that repeats it, where a tool can. The shell's variables name files: EVIDENCE, FILE, KEY. */
export function repeatWith(format: string, judged: readonly Judged[]): Judged[] {
  return judged.map((check) => {
    const command = commandOf(format, check.name);
    return command === undefined ? check : { ...check, command };
  });
}

function commandOf(format: string, name: string): string | undefined {
  switch (format) {
    case 'model_signature':
      return MODEL[name];
    case 'sigstore_bundle':
    case 'cosign_bundle':
      return BY_COSIGN.has(name) ? COSIGN : BUNDLE[name];
    case 'checksums':
      return CHECKSUMS[name];
    case 'detached_signature':
      return DETACHED[name];
    default:
      return ENVELOPE[name];
  }
}
