// Cards in the database: versions that nobody changes, writers who do not overwrite each other, and gates that read them.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion } from '#lib/approvals/index.ts';
import { confirmEnvironment, ensureShippedPolicies, proposeEnvironment } from '#lib/policy/index.ts';
import { getVersionMetadata } from '#lib/registry/index.ts';
import { completeDatasheet, completeModelCard } from '#lib/testing/cards.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline } from '#lib/testing/pipeline.ts';
import { ask } from '#lib/testing/promotion.ts';
import { exportModelCard, getModelCard, getVersionDatasheet, listModelCards, previewCard, writeDatasheet, writeModelCard, writeVersionDatasheet } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let digest = '';
let versionId = '';
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  const pipeline = makePipeline({ organisation });
  await pipeline.trust();
  const version = await pipeline.goodVersion('one');
  digest = version.digest;
  versionId = version.modelVersionId;
});
afterAll(() => database.drop());

const subject = { name: 'flight-delay', version: 1 };
const code = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code);
const write = (text: string, basedOn: number, actor = organisation.engineer as Parameters<typeof as>[0]) => writeModelCard.execute(as(actor), { ...subject, text, basedOn });
const newest = async () => must(await getModelCard.execute(as(organisation.engineer), subject));

describe('a model card', () => {
  it('is written as the next version, known by its digest, with who wrote it', async () => {
    const { number, created } = must(await write(`${completeModelCard}\nMore.\n`, 1)).value;
    expect({ number, created }).toEqual({ number: 2, created: true });
    expect(await newest()).toMatchObject({ latestNumber: 2, mayWrite: true, version: { number: 2, missing: [], author: { kind: 'person', id: organisation.engineer.id } } });
    expect(must(await listModelCards.execute(as(organisation.auditor), subject)).items.map((each) => [each.number, each.author.kind])).toEqual([[2, 'person'], [1, 'service']]);
  });

  it('that was edited from an outdated version is refused with the newest number, and taken once based on that', async () => {
    const answers = await Promise.all([write(`${completeModelCard}\nMine.\n`, 2), write(`${completeModelCard}\nTheirs.\n`, 2, organisation.secondEngineer)]);
    expect(answers.map(code).sort()).toEqual(['cards.outdated', 'ok']);
    const refused = answers.find((answer) => !answer.ok);
    expect(refused?.ok === false && [refused.error.kind, refused.error.details?.['latest']]).toEqual(['conflict', 3]);
    expect(must(await write(`${completeModelCard}\nBoth.\n`, 3)).value.number).toBe(4);
  });

  it('that says the same again is the same version', async () => expect(must(await write(`${completeModelCard}\nBoth.\n`, 0)).value).toMatchObject({ number: 4, created: false }));

  it('goes out as CycloneDX and comes back the same; of other bytes it is refused', async () => {
    const { text } = must(await exportModelCard.execute(as(organisation.engineer), { ...subject, format: 'cyclonedx-1.6' }));
    expect(must(await writeModelCard.execute(as(organisation.pipeline), { ...subject, text, format: 'cyclonedx', basedOn: 0 })).value).toMatchObject({ number: 4, created: false });
    expect(code(await writeModelCard.execute(as(organisation.pipeline), { ...subject, text: text.replace(digest.slice(7), '0'.repeat(64)), format: 'cyclonedx', basedOn: 4 }))).toBe('cards.other_bytes');
  });

  it('is written by engineers and pipelines of its team; others of it read, and other teams see nothing', async () => {
    for (const actor of [organisation.reviewer, organisation.security, organisation.auditor, organisation.admin, organisation.deployer]) expect(code(await write('# A', 4, actor))).toBe('kernel.forbidden');
    expect(code(await write('# A', 4, organisation.otherEngineer))).toBe('kernel.not_found');
    expect(code(await getModelCard.execute(as(organisation.otherEngineer), subject))).toBe('kernel.not_found');
  });

  it('is previewed without being written', async () => {
    const { sections } = must(await previewCard.execute(as(organisation.engineer), { kind: 'model_card', text: '## Metrics\n\nAUC.' }));
    expect(sections.filter(({ present }) => present).map(({ key }) => key)).toEqual(['metrics']);
    expect((await newest()).latestNumber).toBe(4);
  });

  it('is changed or removed by nobody, and written by SQL only as what it is', async () => {
    const client = new pg.Client({ connectionString: database.applicationUrl });
    await client.connect();
    try {
      await expect(client.query("update card_version set content = '{}'")).rejects.toThrow(/permission denied/);
      await expect(client.query('delete from card_version')).rejects.toThrow(/permission denied/);
      await client.query('begin');
      await client.query("select set_config('gatehouse.actor_id', $1, true), set_config('gatehouse.actor_kind', 'person', true)", [organisation.engineer.id]);
      await expect(client.query("insert into card_version (id, kind, team_id, model_version_id, number, digest, content, source, author_kind, author_id, note) values (gen_random_uuid(), 'model_card', $1, $2, 5, 'sha256:00', '{}', 'editor', 'person', $3, '')", [organisation.teamId, versionId, organisation.engineer.id])).rejects.toThrow(/digest/);
      await client.query('rollback');
    } finally {
      await client.end();
    }
  });
});

describe('a datasheet', () => {
  it('of the name speaks for a version without one of its own', async () => {
    const { datasets } = must(await getVersionMetadata.execute(as(organisation.engineer), subject));
    expect(datasets.map(({ name, sheet }) => [name, sheet?.own, sheet?.missing])).toEqual([['flights', true, []]]);
    const holdout = must(await makePipeline({ organisation }).report({ stage: 'more', inputs: [{ name: 'flights', digest: `sha256:${'9'.repeat(64)}`, label: 'other' }], outputs: [] }).then(() => ({ ok: true as const, value: null })));
    expect(holdout).toBeNull();
    const client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
    const { rows } = await client.query<{ version: string; asset: string }>("select v.id as version, s.asset_id as asset from asset_version v join asset_sighting s on s.asset_version_id = v.id where v.digest = $1", [`sha256:${'9'.repeat(64)}`]);
    await client.end();
    const { version = '', asset = '' } = rows[0] ?? {};
    expect(must(await getVersionDatasheet.execute(as(organisation.engineer), { id: version }))).toMatchObject({ version: null, fallback: false });
    must(await writeDatasheet.execute(as(organisation.engineer), { id: asset, text: completeDatasheet, basedOn: 0 }));
    expect(must(await getVersionDatasheet.execute(as(organisation.engineer), { id: version }))).toMatchObject({ fallback: true, latestNumber: 0, version: { number: 1, missing: [] } });
    must(await writeVersionDatasheet.execute(as(organisation.engineer), { id: version, text: '# Its own', basedOn: 0 }));
    expect(must(await getVersionDatasheet.execute(as(organisation.engineer), { id: version }))).toMatchObject({ fallback: false, latestNumber: 1 });
  });
});

describe('required metadata', () => {
  const rule = async () => {
    const { promotionId } = await ask(organisation.engineer, versionId);
    return must(await getPromotion.execute(as(organisation.engineer), { promotionId })).results.find(({ ruleId }) => ruleId === 'required-metadata');
  };

  it('that is there passes; taken out of the card, the same request is stale and the next one blocked, saying what lacks', async () => {
    expect(await rule()).toMatchObject({ verdict: 'passed' });
    must(await write(completeModelCard.replace('license: apache-2.0', 'license: unknown').replace(/## Factors[\s\S]*?(?=## )/, ''), 4));
    expect(await rule()).toMatchObject({ verdict: 'failed', level: 'block', actual: 'model card: lacks Factors; licence: the model card names none' });
  });

  it('is what the environment says, after two people changed that', async () => {
    const { changeId } = must(await proposeEnvironment.execute(as(organisation.admin), { environment: 'production', tier: 'production', position: 300, description: 'The strict boundary.', requiredMetadata: ['lineage', 'owner'], reason: 'Less for now' })).value;
    must(await confirmEnvironment.execute(as(organisation.security), { changeId, reason: 'Agreed' }));
    expect(await rule()).toMatchObject({ verdict: 'passed' });
    const { fields } = must(await getVersionMetadata.execute(as(organisation.engineer), subject));
    expect(fields.find(({ field }) => field === 'licence')).toMatchObject({ present: false, requiredBy: [] });
  });
});
