// What a standalone verification trusts: keys, certificate authorities, Sigstore identities with the root they are believed under. Pure.
//
// This is the seam for trust policies: the portal fills it from its trust keys, the command from files and options.
import type { VerifyingKey } from '#lib/evidence/format/public-key.ts';
import type { Certificate } from '#lib/evidence/sigstore/certificate.ts';
import type { TrustedRoot } from '#lib/evidence/sigstore/trusted-root.ts';
import type { Result } from '#lib/kernel/result.ts';

/** A signer by what an OpenID Connect issuer said of it. Both are compared whole, character by character. */
export type Identity = { readonly issuer: string; readonly subject: string };

export type SignerTrust = {
  readonly keys: readonly VerifyingKey[];
  readonly identities: readonly Identity[];
  /** Certificate authorities that are trusted themselves, for signers with certificates of a company's own. */
  readonly anchors: readonly Certificate[];
  /** The Sigstore instance; an error where what was given is none; null where none was given. */
  readonly root: Result<TrustedRoot, string> | null;
  /**
   * `required`: an entry in a transparency log of the root must hold, unless the root has no log. `if_known`: an entry of a log of the root must hold, and
   * there need be none. Identities always require one: their certificates are valid for minutes, and the log says which.
   */
  readonly log: 'required' | 'if_known';
  /** The time to judge certificates by where no trusted time is attested. */
  readonly at: Date;
};

/** Trust in nothing, to be filled. */
export const noTrust = (at: Date): SignerTrust => ({ keys: [], identities: [], anchors: [], root: null, log: 'required', at });

/** What was signed, as far as the verifier has it: whole, or by its digests. */
export type Artifact = {
  readonly name: string;
  readonly bytes: Uint8Array | null;
  /** The digest in `sha256`, `sha384` or `sha512`; null where it is not known. */
  readonly digest: (algorithm: string) => Buffer | null;
};
