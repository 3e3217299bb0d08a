// Complete documents for tests, and writing them for a version and the datasets that it was made from.
import { datasheetSections, modelCardSections, writeModelCard, writeVersionDatasheet } from '#lib/cards/index.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { getVersionMetadata } from '#lib/registry/index.ts';
import { as, must } from './fixtures.ts';

export const completeModelCard = `---\nlicense: apache-2.0\n---\n\n${modelCardSections.map(({ title, what }) => `## ${title}\n\n${what}\n`).join('\n')}`;
export const completeDatasheet = `---\nlicense: cc0-1.0\n---\n\n${datasheetSections.map(({ title, what }) => `## ${title}\n\n${what}\n`).join('\n')}`;

/** A complete model card, and a complete datasheet for each dataset version of the team's own upstream that has none. */
export async function documentVersion(author: Actor, name: string, version: number): Promise<void> {
  must(await writeModelCard.execute(as(author), { name, version, text: completeModelCard, basedOn: 0 }));
  for (const { versionId, sheet } of must(await getVersionMetadata.execute(as(author), { name, version })).datasets) {
    if (sheet !== null) continue;
    const written = await writeVersionDatasheet.execute(as(author), { id: versionId, text: completeDatasheet, basedOn: 0 });
    // Data that another team brought in is documented by that team.
    if (!written.ok && written.error.kind !== 'not_found') must(written);
  }
}
