// `npm run materials`: fills in the code, images and configuration of runs that were stored before these were read from events. Ended with Ctrl-C it goes on from there the next time.
import { parseArgs } from 'node:util';
import { closePool } from '#lib/db/client.ts';
import { fillMaterials, materialsProgress, type MaterialsProgress } from '#lib/ingest/index.ts';
import { runMain } from '#scripts/main.ts';
import { elapsed, say } from '#scripts/progress.ts';
import { readSettingsFile } from '#scripts/settings-file.ts';
import { trouble } from '#scripts/trouble.ts';

const usage = 'npm run materials -- [--minutes 60] [--again] [--status]   (--again: from the first event, also where it was done; --status: says how far it is and changes nothing)';
const count = (number: number) => number.toLocaleString('en-US');
const inWords = ({ looked, added, withoutBytes }: MaterialsProgress) => `${count(looked)} events looked at, ${count(added)} edges added${withoutBytes === 0 ? '' : `, ${count(withoutBytes)} events without their bytes, which retention removed`}`;

await runMain(async (life) => {
  readSettingsFile();
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, again: { type: 'boolean', default: false }, status: { type: 'boolean', default: false } } });
  const minutes = values.minutes === undefined ? Infinity : Number(values.minutes);
  if (!(minutes > 0)) throw trouble(`Say for how many minutes: ${usage}`);
  try {
    if (values.status) {
      const progress = await materialsProgress();
      say(progress === null ? 'It was never begun.' : `${progress.finishedAt === null ? 'Under way' : `Done at ${progress.finishedAt}`}: ${inWords(progress)}`);
      return;
    }
    const began = performance.now();
    let shown = began;
    const progress = await fillMaterials({
      again: values.again,
      told: (now) => {
        if (performance.now() - shown > 5_000) {
          shown = performance.now();
          say(`${inWords(now)} (${elapsed(began)})`);
        }
        return !life.signal.aborted && performance.now() - began < minutes * 60_000;
      },
    });
    say(`${progress.finishedAt === null ? 'Ended here; the same command goes on' : 'Done'}: ${inWords(progress)}`);
  } finally {
    await closePool();
  }
});
