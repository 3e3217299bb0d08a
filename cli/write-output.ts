// Writes what a command made: to a file, which appears whole or not at all, or to standard output.
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { EXIT } from '#cli/exit-codes.ts';
import { say, systemReason } from '#cli/output.ts';

/** @returns the exit code of the command. */
export function writeOutput(path: string | null, text: string): number {
  if (path === null) {
    process.stdout.write(`${text}\n`);
    return EXIT.ok;
  }
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o644);
    try {
      writeSync(descriptor, `${text}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    return EXIT.ok;
  } catch (error) {
    rmSync(temporary, { force: true });
    say(`"${path}" cannot be written: ${systemReason(error)}`);
    return EXIT.cannotWrite;
  }
}
