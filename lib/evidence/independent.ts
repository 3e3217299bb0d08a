// The shell commands that repeat a check without Gatehouse: openssl, jq and coreutils. Pure; independent.test.ts runs them.
import type { SignatureEncoding } from './trust.ts';

export type ShellCommand = { readonly title: string; readonly text: string };

export type IndependentSignature = {
  /** Position in the envelope, from 0. */
  readonly index: number;
  readonly encoding: SignatureEncoding;
  readonly publicKeyPem: string;
  readonly keyId: string;
};

/** Fetches the exact bytes and compares their digest. The address and the token come from the reader's own environment. */
export const fetchCommand = (evidenceId: string, digest: string): ShellCommand => ({
  title: 'Fetch the bytes and compare their digest',
  text: [
    `curl --fail --silent --show-error -H "Authorization: Bearer $GATEHOUSE_TOKEN" "$GATEHOUSE_URL/api/v1/evidence/${evidenceId}/bytes" -o envelope.json`,
    `echo "${digest.replace('sha256:', '')}  envelope.json" | sha256sum --check`,
  ].join('\n'),
});

/** Rebuilds the signed bytes (DSSE pre-authentication encoding) from `envelope.json` and verifies one signature with OpenSSL. */
export function signatureCommand({ index, encoding, publicKeyPem, keyId }: IndependentSignature): ShellCommand {
  return {
    title: `Verify signature ${index + 1} with the key ${keyId.slice(0, 16)}…`,
    text: [
      `cat > key.pem <<'KEY'\n${publicKeyPem.trim()}\nKEY`,
      `openssl pkey -pubin -in key.pem -outform DER | sha256sum  # the key id ${keyId}`,
      "jq -j .payload envelope.json | tr '_-' '/+' | base64 -d > payload.json",
      'jq -j .payloadType envelope.json > type.txt',
      '{ printf \'DSSEv1 %d \' "$(wc -c < type.txt)"; cat type.txt; printf \' %d \' "$(wc -c < payload.json)"; cat payload.json; } > signed.bin',
      `jq -j '.signatures[${index}].sig' envelope.json | tr '_-' '/+' | base64 -d > signature.bin`,
      ...verifyLines(encoding),
    ].join('\n'),
  };
}

function verifyLines(encoding: SignatureEncoding): string[] {
  switch (encoding) {
    case 'DER':
      return ['openssl dgst -sha256 -verify key.pem -signature signature.bin signed.bin'];
    case 'r‖s':
      return [
        'printf \'asn1=SEQUENCE:pair\\n[pair]\\nr=INTEGER:0x%s\\ns=INTEGER:0x%s\\n\' "$(head -c 32 signature.bin | od -An -v -tx1 | tr -d \' \\n\')" "$(tail -c 32 signature.bin | od -An -v -tx1 | tr -d \' \\n\')" > pair.cnf',
        'openssl asn1parse -genconf pair.cnf -noout -out signature.der',
        'openssl dgst -sha256 -verify key.pem -signature signature.der signed.bin',
      ];
    case 'Ed25519':
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return ['openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in signed.bin -sigfile signature.bin'];
    default: {
      // Such as `ECDSA P-384 with SHA384`, `RSA-PSS with SHA256`.
      const hash = /SHA(256|384|512)$/.exec(encoding)?.[1] ?? '256';
      const padding = encoding.startsWith('RSA-PSS') ? ' -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:auto' : '';
      return [`openssl dgst -sha${hash} -verify key.pem${padding} -signature signature.bin signed.bin`];
    }
  }
}

/** Reads the statement that was signed. */
export const statementCommand: ShellCommand = { title: 'Read the signed statement', text: 'jq . payload.json' };
