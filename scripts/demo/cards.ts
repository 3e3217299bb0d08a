// The model card of each version and the datasheets of the datasets, written by the engineer from the example's files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#scripts/project.ts';
import { trouble } from '#scripts/trouble.ts';
import type { Client } from './client.ts';

const textOf = (name: string): string => readFileSync(join(projectRoot, 'examples/flight-delays/cards', `${name}.md`), 'utf8');

/** Once the version is published: its card. */
export async function documentVersion(engineer: Client, digest: string, say: (line: string) => void): Promise<void> {
  const { items } = await engineer.get<{ items: { version: number; digest: string }[] }>('/api/v1/models/flight-delay/versions');
  const version = items.find((item) => item.digest === digest)?.version ?? 0;
  await engineer.post(`/api/v1/models/flight-delay/versions/${String(version)}/card`, { text: textOf('model-card'), basedOn: 0, note: 'First version', source: 'hugging-face' });
  say(`Version ${String(version)}: model card written`);
}

/** Once runs have named them: a datasheet for each name that the pipeline brings data in under. It speaks for later versions of the name, too. */
export async function documentDatasets(engineer: Client, say: (line: string) => void): Promise<void> {
  for (const name of ['flights-raw', 'airports']) {
    const { items } = await engineer.get<{ items: { id: string; name: string }[] }>(`/api/v1/assets?q=${encodeURIComponent(name)}&limit=50`);
    const asset = items.find((item) => item.name === name);
    if (asset === undefined) throw trouble(`No run has named the dataset ${name}, which a datasheet was to be written about.`);
    await engineer.post(`/api/v1/assets/${asset.id}/datasheet`, { text: textOf(name), basedOn: 0, note: 'First version', source: 'hugging-face' });
  }
  say('Datasheets of flights-raw and airports written');
}
