// `gatehouse sign-model`: signs all files of a model, in the format of OpenSSF model signing.
import { createHash, createPublicKey } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { optional, parseArguments, UsageError, type OptionSpecs } from '#cli/arguments.ts';
import { UnreadableError } from '#cli/artifact.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { signingKeyFrom } from '#cli/key.ts';
import { readModel } from '#cli/model-files.ts';
import { countOf, say } from '#cli/output.ts';
import { signStatement } from '#cli/sign.ts';
import { isFolder } from '#cli/trust.ts';
import { writeOutput } from '#cli/write-output.ts';
import { isIgnored, MODEL_SIGNATURE_TYPE, modelRoot } from '#lib/evidence/format/model-signing.ts';
import { STATEMENT_TYPE } from '#lib/evidence/format/statement.ts';
import { encodeBundle } from '#lib/evidence/format/write-bundle.ts';

export const SIGN_MODEL_OPTIONS: OptionSpecs = { out: { value: 'PATH' }, name: { value: 'NAME' }, 'ignore-path': { value: 'PATH', repeats: true } };

/** What version control leaves in a folder is no part of a model. */
const GIT_PATHS = ['.git', '.gitattributes', '.github', '.gitignore'];

/** Writes the signature to `--out`, or to `model.sig` in the folder. */
export async function signModel(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, SIGN_MODEL_OPTIONS, 1);
  const [path] = parsed.words;
  if (path === undefined) throw new UsageError('the folder or file of the model is missing');
  const key = signingKeyFrom(process.env);
  if (key.type === 'ed25519') throw new UsageError('verifiers of model signing take ECDSA keys: make one with gatehouse keygen --type ecdsa-p256');
  const folder = isFolder(path);
  const out = optional(parsed, 'out') ?? (folder ? join(path, 'model.sig') : `${path}.sig`);
  try {
    if (!existsSync(path)) throw new UnreadableError(`"${path}" cannot be read: no such file or folder`);
    const ignored = folder ? ignoredPaths(path, out, parsed.values.get('ignore-path') ?? []) : [];
    const model = await readModel(path, false);
    const link = model.others.find((other) => !isIgnored(other.path, ignored));
    if (link !== undefined) throw new UnreadableError(`"${path}" contains ${link.kind}: ${link.path}; a model may hold only files and folders, or --ignore-path must name it`);
    const files = model.files.filter((file) => !isIgnored(file.path, ignored));
    if (files.length === 0) throw new UnreadableError(`"${path}" holds no file to sign`);
    const resources: { name: string; algorithm: 'sha256'; digest: string }[] = [];
    for (const file of files) resources.push({ name: file.path, algorithm: 'sha256', digest: await model.digest(file.path, 'sha256', null) });
    const envelope = signStatement(
      {
        _type: STATEMENT_TYPE,
        subject: [{ name: optional(parsed, 'name') ?? basename(resolve(path)), digest: { sha256: modelRoot(resources) } }],
        predicateType: MODEL_SIGNATURE_TYPE,
        predicate: { serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ...(ignored.length === 0 ? {} : { ignore_paths: ignored }) }, resources },
      },
      key,
    );
    const pem = createPublicKey(key.key).export({ type: 'spki', format: 'pem' });
    const code = writeOutput(out, encodeBundle(envelope, createHash('sha256').update(pem).digest('hex')));
    if (code === EXIT.ok) say(`signed ${countOf(files.length, 'file')} with the key ${key.keyId}: ${out}`);
    return code;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    say(error.message);
    return EXIT.missingFile;
  }
}

/** Paths relative to the model: the signature itself, what version control leaves, and what was named. */
function ignoredPaths(model: string, out: string, named: readonly string[]): string[] {
  const inside = (path: string): string | null => {
    const way = relative(realpathSync(model), resolve(path));
    return way === '' || way.startsWith('..') ? null : way;
  };
  const own = inside(out);
  const given = named.map((path) => {
    const way = existsSync(path) ? inside(path) : null;
    return way ?? path;
  });
  return [...(own === null ? [] : [own]), ...GIT_PATHS, ...given];
}
