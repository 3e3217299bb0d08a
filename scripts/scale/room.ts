// Whether the disk has room for a scale test's data, said before hours are spent on it. Pure.

// Measured with one million runs and one million assets: 7.13 GB in the database, of which 0.64 GB of assets with their indexes.
const bytesOfRun = 6_600;
const bytesOfAsset = 700;
/** What is sorted on disk while the largest index is built, for each run. */
const sortedOfRun = 500;
/** The log ahead of writing, at `max_wal_size = 4GB`, for a load of any size beyond a few hundred thousand runs. */
const logged = 4.6e9;
const loggedOfRun = 9_000;
/** Left free for everything else that lives on the disk. */
const spared = 2e9;

/** Bytes that a load of so many runs and assets needs at its peak, with what should stay free. */
export const bytesNeeded = (runs: number, assets: number): number => runs * (bytesOfRun + sortedOfRun) + assets * bytesOfAsset + Math.min(logged, runs * loggedOfRun) + spared;

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

export type Room = { readonly enough: boolean; readonly words: string };

/** What to say of the room there is, `free` bytes of it. */
export function roomFor(runs: number, assets: number, free: number): Room {
  const needed = bytesNeeded(runs, assets);
  const words = `${runs.toLocaleString('en-US')} runs and ${assets.toLocaleString('en-US')} assets need about ${gigabytes(needed)} at the peak of loading, and the disk has ${gigabytes(free)} free`;
  return needed <= free ? { enough: true, words } : { enough: false, words: `${words}. Free some space, load fewer (about ${Math.max(0, Math.floor((free - spared - Math.min(logged, runs * loggedOfRun) - assets * bytesOfAsset) / (bytesOfRun + sortedOfRun))).toLocaleString('en-US')} runs would fit), set GATEHOUSE_DATA_DIR to a larger disk, or say --force` };
}
