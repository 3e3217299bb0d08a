// `gatehouse verify`: verifies evidence about a file or a model, alone.
import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { excerpt, optional, parseArguments, required, UsageError, type OptionSpecs } from '#cli/arguments.ts';
import { artifactOfFile, artifactOfFolder, readSmallFile, UnreadableError } from '#cli/artifact.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { readModel } from '#cli/model-files.ts';
import { say } from '#cli/output.ts';
import { addSigstore, addTrust, emptyTrust, isFolder } from '#cli/trust.ts';
import { showReport } from '#cli/verification-report.ts';
import { isModelSignature, LARGEST_EVIDENCE, verifyEvidence } from '#lib/evidence/standalone.ts';

export const VERIFY_OPTIONS: OptionSpecs = {
  evidence: { value: 'PATH', required: true, example: 'model.sig' },
  trust: { value: 'PATH', repeats: true, example: 'signing-key.pem.pub' },
  'certificate-identity': { value: 'SUBJECT' },
  'certificate-oidc-issuer': { value: 'URL' },
  'trusted-root': { value: 'PATH' },
  'builder-id': { value: 'URI', repeats: true },
  threshold: { value: 'N' },
  'ignore-path': { value: 'PATH', repeats: true },
  'ignore-unsigned': { value: null },
  json: { value: null },
};

/** Exit code 0 only when the evidence verifies and is about this file. */
export async function verify(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, VERIFY_OPTIONS, 1);
  const [path] = parsed.words;
  if (path === undefined) throw new UsageError('the file or folder that the evidence is about is missing');
  try {
    const given = addSigstore((parsed.values.get('trust') ?? []).reduce(addTrust, emptyTrust()), parsed);
    const builders = parsed.values.get('builder-id');
    const trust = { ...given, builderIds: builders === undefined ? given.builderIds : [...(given.builderIds ?? []), ...builders], threshold: thresholdOf(optional(parsed, 'threshold')) ?? given.threshold };
    if (trust.keys.length + trust.anchors.length + trust.identities.length + trust.pinned.length === 0) throw new UsageError('nobody is trusted: give --trust, or --certificate-identity with --certificate-oidc-issuer');
    const evidencePath = required(parsed, 'evidence');
    const evidence = readSmallFile(evidencePath, LARGEST_EVIDENCE, '--evidence');
    const folder = isFolder(path);
    const model = isModelSignature(evidence);
    const report = await verifyEvidence(evidence, trust, {
      artifact: model ? null : folder ? await artifactOfFolder(path) : artifactOfFile(path),
      model: model ? (followLinks) => readModel(path, followLinks) : null,
      modelOptions: { ignoredPaths: [...(folder ? ownPath(path, evidencePath) : []), ...(parsed.values.get('ignore-path') ?? []).map((ignored) => relativeTo(path, ignored))], allowUnsigned: parsed.values.has('ignore-unsigned') },
    });
    return showReport(report, parsed.values.has('json'));
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    say(error.message);
    return EXIT.missingFile;
  }
}

function thresholdOf(text: string | null): number | null {
  if (text === null) return null;
  if (!/^[1-9][0-9]?$/.test(text)) throw new UsageError(`--threshold "${excerpt(text)}" is not a number from 1 to 99`);
  return Number(text);
}

/** The signature may lie inside the model, and cannot cover itself. */
function ownPath(model: string, evidence: string): string[] {
  const inside = relative(realpathSync(model), realpathSync(evidence));
  return inside === '' || inside.startsWith('..') ? [] : [inside];
}

/** Paths to ignore may be given as they are seen from here, or relative to the model. */
function relativeTo(model: string, path: string): string {
  const inside = relative(model, path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}
