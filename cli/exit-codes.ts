// The exit codes that the command itself chooses (sysexits.h where it has one).

export const EXIT = {
  ok: 0,
  /** The portal refused what was sent. */
  refused: 1,
  /** Evidence was read, and does not verify. */
  notVerified: 1,
  /** No answer could be had, or not everything could be delivered. */
  noAnswer: 2,
  /** The portal decided: not allowed. */
  notAllowed: 3,
  /** Bad arguments or settings; nothing was run. */
  usage: 64,
  /** A validation, evaluation or profile file is not what it should be. */
  badFile: 65,
  /** A declared input or output is missing or cannot be digested. */
  missingFile: 66,
  /** A defect of the command itself. */
  defect: 70,
  /** A file could not be written. */
  cannotWrite: 73,
  /** As shells have it: found, but not executable; not found; ended by signal n is 128 + n. */
  notExecutable: 126,
  notFound: 127,
  signalBase: 128,
} as const;
