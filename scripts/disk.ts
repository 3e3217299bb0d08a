// How much room a disk has.
import { statfsSync } from 'node:fs';

/** Bytes that are free for everybody on the disk of this folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
