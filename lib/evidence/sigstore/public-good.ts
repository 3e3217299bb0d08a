// The trusted root of Sigstore's public-good instance, as it ships with an installed package. Never from the network.
import { createRequire } from 'node:module';
import { readTrustedRoot, type TrustedRoot } from '#lib/evidence/sigstore/trusted-root.ts';
import { err, type Result } from '#lib/kernel/result.ts';

let publicGood: Result<TrustedRoot, string> | null = null;

/** The root of the public-good instance (sigstore.dev), as it ships with @sigstore/tuf: from the installed package, never from the network. */
export function publicGoodRoot(): Result<TrustedRoot, string> {
  publicGood ??= readSeed();
  return publicGood;
}

function readSeed(): Result<TrustedRoot, string> {
  const seeds = createRequire(import.meta.url)('@sigstore/tuf/seeds.json') as Readonly<Record<string, { readonly targets: Readonly<Record<string, string>> }>>;
  const root = seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'];
  return root === undefined ? err('the installed @sigstore/tuf carries no root of the public-good instance') : readTrustedRoot(Buffer.from(root, 'base64'));
}
