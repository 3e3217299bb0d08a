// `gatehouse verify-bundle`: verifies one Sigstore bundle, alone.
import { optional, parseArguments, required, UsageError, type OptionSpecs } from '#cli/arguments.ts';
import { artifactOfDigest, artifactOfFile, readSmallFile, UnreadableError } from '#cli/artifact.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { say } from '#cli/output.ts';
import { addSigstore, addTrust, emptyTrust } from '#cli/trust.ts';
import { showReport } from '#cli/verification-report.ts';
import { LARGEST_EVIDENCE, verifyOnlyBundle } from '#lib/evidence/standalone.ts';
import { publicGoodRoot } from '#lib/evidence/sigstore/public-good.ts';

export const VERIFY_BUNDLE_OPTIONS: OptionSpecs = {
  bundle: { value: 'PATH', required: true, example: 'artifact.sigstore.json' },
  key: { value: 'PATH' },
  'certificate-identity': { value: 'SUBJECT' },
  'certificate-oidc-issuer': { value: 'URL' },
  'trusted-root': { value: 'PATH' },
  json: { value: null },
};

/** Exit code 0 only when the bundle verifies and is about this file or digest. */
export function verifyBundleCommand(argv: readonly string[]): number {
  const parsed = parseArguments(argv, VERIFY_BUNDLE_OPTIONS, 1);
  const [subject] = parsed.words;
  if (subject === undefined) throw new UsageError('the file or digest that the bundle is about is missing');
  const keyPath = optional(parsed, 'key');
  const named = parsed.values.has('certificate-identity') || parsed.values.has('certificate-oidc-issuer');
  // One of the two would be ignored in silence.
  if (keyPath !== null && named) throw new UsageError('--key and --certificate-identity exclude each other: say which of them is the signer');
  if (keyPath === null && !named) throw new UsageError('nobody is trusted: give --key, or --certificate-identity with --certificate-oidc-issuer');
  try {
    const given = addSigstore(keyPath === null ? emptyTrust() : addTrust(emptyTrust(), keyPath), parsed);
    const trust = { ...given, root: given.root ?? publicGoodRoot(), log: 'required' as const };
    if (keyPath !== null && trust.keys.length === 0) throw new UsageError('--key is not a public key in PEM');
    const bundle = readSmallFile(required(parsed, 'bundle'), LARGEST_EVIDENCE, '--bundle');
    const artifact = artifactOfDigest(subject) ?? artifactOfFile(subject);
    return showReport(verifyOnlyBundle(bundle, trust, artifact), parsed.values.has('json'));
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    say(error.message);
    return EXIT.missingFile;
  }
}
