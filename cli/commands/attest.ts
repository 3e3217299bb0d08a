// `gatehouse attest`: signs an in-toto statement about files.
import { createHash } from 'node:crypto';
import { checkedDigest, optional, pairs, parseArguments, required, UsageError, type OptionSpecs } from '#cli/arguments.ts';
import { readSmallFile, UnreadableError } from '#cli/artifact.ts';
import { DigestError, digestPath } from '#cli/digest.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { signingKeyFrom } from '#cli/key.ts';
import { say } from '#cli/output.ts';
import { signStatement } from '#cli/sign.ts';
import { writeOutput } from '#cli/write-output.ts';
import { encodeBundle } from '#lib/evidence/format/write-bundle.ts';
import { STATEMENT_TYPE, type Statement } from '#lib/evidence/format/statement.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

export const ATTEST_OPTIONS: OptionSpecs = {
  predicate: { value: 'PATH', required: true, example: 'predicate.json' },
  type: { value: 'URI', required: true, example: 'https://in-toto.io/attestation/test-result/v0.1' },
  subject: { value: 'NAME=PATH', repeats: true, example: 'model=model.onnx' },
  digest: { value: 'NAME=DIGEST', repeats: true },
  format: { value: 'envelope|bundle' },
  out: { value: 'PATH' },
};

const LARGEST_PREDICATE = 32 * 1024 * 1024;

/** Writes the signed statement to `--out`, or to standard output. */
export async function attest(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, ATTEST_OPTIONS);
  const type = required(parsed, 'type');
  if (!URL.canParse(type)) throw new UsageError('--type is not a URI, for example https://slsa.dev/provenance/v1');
  const format = optional(parsed, 'format') ?? 'envelope';
  if (format !== 'envelope' && format !== 'bundle') throw new UsageError('--format is envelope or bundle');
  const key = signingKeyFrom(process.env);
  try {
    const predicate = readPredicate(required(parsed, 'predicate'));
    const digested = await Promise.all(pairs(parsed, 'subject', ATTEST_OPTIONS).map(async ({ name, value }) => ({ name, hex: (await digestPath(value)).hex })));
    const given = pairs(parsed, 'digest', ATTEST_OPTIONS).map(({ name, value }) => ({ name, hex: checkedDigest(value, '--digest').slice('sha256:'.length) }));
    const subjects = [...digested, ...given];
    if (subjects.length === 0) throw new UsageError('a statement is about something: give --subject NAME=PATH or --digest NAME=DIGEST');
    const statement: Statement = { _type: STATEMENT_TYPE, subject: subjects.map(({ name, hex }) => ({ name, digest: { sha256: hex } })), predicateType: type, predicate };
    const envelope = signStatement(statement, key);
    // Verifiers of bundles look keys up by the base64 SHA-256 of their DER.
    const hint = createHash('sha256').update(Buffer.from(key.spki)).digest('base64');
    return writeOutput(optional(parsed, 'out'), format === 'bundle' ? encodeBundle(envelope, hint) : envelope);
  } catch (error) {
    if (!(error instanceof UnreadableError) && !(error instanceof DigestError)) throw error;
    say(error.message);
    return EXIT.missingFile;
  }
}

function readPredicate(path: string): Record<string, unknown> {
  const json = parseStrictJson(readSmallFile(path, LARGEST_PREDICATE, '--predicate'));
  if (!json.ok) throw new UsageError(`--predicate "${path}": ${json.error.message}`);
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) throw new UsageError(`--predicate "${path}" is not a JSON object`);
  return json.value as Record<string, unknown>;
}
