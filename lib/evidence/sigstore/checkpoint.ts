// Checkpoints of transparency logs (C2SP tlog-checkpoint in a signed note): the signed size and root of a log at one moment. Server and command only.
import { verify } from 'node:crypto';
import { decodeBase64 } from '#lib/evidence/format/base64.ts';
import type { TransparencyLog } from '#lib/evidence/sigstore/trusted-root.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type Checkpoint = { readonly origin: string; readonly size: bigint; readonly root: Buffer; readonly signedText: Buffer; readonly signatures: readonly NoteSignature[] };
type NoteSignature = { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer };

const LARGEST = 64 * 1024;
const MOST_SIGNATURES = 64;
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/;

/** Reads a signed note: text, blank line, signature lines. */
export function readCheckpoint(note: string): Result<Checkpoint, string> {
  if (note.length > LARGEST) return err(`the checkpoint is longer than ${String(LARGEST)} characters`);
  const blank = note.lastIndexOf('\n\n');
  if (blank === -1 || !note.endsWith('\n')) return err('the checkpoint is no signed note: text, a blank line, signatures');
  const text = note.slice(0, blank + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (origin === '') return err('the checkpoint names no origin');
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(size)) return err('the second line of the checkpoint is not the size of the log (is the origin or the size missing?)');
  const hash = decodeBase64(root);
  if (!hash.ok || hash.value.length !== 32) return err('the third line of the checkpoint is not a root hash');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return err(`the checkpoint has ${String(lines.length)} signatures; at most ${String(MOST_SIGNATURES)} are read`);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = decodeBase64(encoded);
    if (name === '' || !bytes.ok || bytes.value.length < 5) return err('a signature line of the checkpoint is malformed');
    signatures.push({ name, keyId: Buffer.from(bytes.value.subarray(0, 4)), signature: Buffer.from(bytes.value.subarray(4)) });
  }
  return ok({ origin, size: BigInt(size), root: Buffer.from(hash.value), signedText: Buffer.from(text, 'utf8'), signatures });
}

/**
 * Did this log sign the checkpoint? Its name must be the log's and its origin that of the name; lines of other keys, such as
 * witnesses, are ignored, as the format asks. The first line under the log's own key decides.
 */
export function checkpointSigned({ origin, signedText, signatures }: Checkpoint, { name, names, checkpointId, key }: TransparencyLog): Result<null, string> {
  const origins = names.filter((candidate) => origin === candidate || origin.startsWith(`${candidate} - `));
  if (origins.length === 0) return err(`the origin is ${origin.slice(0, 200)}, the log is ${name}`);
  const own = signatures.find((line) => origins.includes(line.name) && line.keyId.equals(checkpointId.subarray(0, 4)));
  if (own === undefined) return err(`no signature is under the key of ${name}; there are: ${signatures.map((line) => line.name).slice(0, 5).join(', ').slice(0, 300)}`);
  const algorithm = key.kind === 'ed25519' ? null : 'sha256';
  return verify(algorithm, signedText, key.key, own.signature) ? ok(null) : err(`the signature under the key of ${name} does not verify`);
}
