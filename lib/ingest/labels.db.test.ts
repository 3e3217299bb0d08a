// What is read or written by a label alone is what was seen under that label with a digest: in the explorer, in paths, in the blast radius and in what rules rest on.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { route } from '#lib/http.ts';
import { getImpact, type ImpactItem, type ImpactView } from '#lib/impact/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { downstreamClosure, getAssetVersion, getGraph, upstreamClosure, type GraphView } from '#lib/lineage/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { emptyLineage } from '#lib/testing/lineage-tables.ts';
import { reportBatch } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
beforeEach(() => emptyLineage(admin));
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** A letter stands for a digest of it alone. */
const hexOf = (digest: string) => (digest.length === 1 ? digest.repeat(64) : digest);
type Data = { readonly name: string; readonly digest?: string | undefined; readonly label?: string | undefined; readonly alsoCalled?: string | undefined };
const dataset = ({ name, digest, label, alsoCalled }: Data) => ({
  namespace: 'lake', name, facets: {
    ...(digest !== undefined ? { gatehouse_digest: { algorithm: 'sha256', digest: hexOf(digest), label: label ?? null } } : label !== undefined ? { version: { datasetVersion: label } } : {}),
    ...(alsoCalled !== undefined && { symlinks: { identifiers: [{ namespace: 'lake', name: alsoCalled, type: 'TABLE' }] } }),
  },
});
let second = 0;
type Run = { readonly id: string; readonly event: object };
function run(job: string, inputs: readonly Data[], outputs: readonly Data[], more: { id?: string; type?: string } = {}): Run {
  second += 1;
  const id = more.id ?? newId();
  return { id, event: { eventType: more.type ?? 'COMPLETE', eventTime: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(), run: { runId: id }, job: { namespace: 'jobs', name: job }, inputs: inputs.map(dataset), outputs: outputs.map(dataset) } };
}
const report = async (runs: readonly Run[], actor: Actor = organisation.pipeline) => {
  expect(must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify(runs.map(({ event }) => event))) })).value.failed_events).toEqual([]);
};
const sha = (letter: string) => `sha256:${hexOf(letter)}`;
const raw = (digest?: string, label = 'v3'): Data => ({ name: 'raw', digest, label });
const idOf = async (letter: string) => (await admin.query<{ id: string }>('SELECT id FROM asset_version WHERE digest = $1', [sha(letter)])).rows[0]?.id ?? '';
const bareId = async (name: string, label: string) => (await admin.query<{ id: string }>('SELECT v.id FROM asset_version v JOIN asset a ON a.id = v.asset_id WHERE a.name = $1 AND v.label = $2', [name, label])).rows[0]?.id ?? '';
const graph = async (input: Parameters<typeof getGraph.execute>[1], actor: Actor = organisation.engineer) => must(await getGraph.execute(as(actor), input));
const jobs = (view: GraphView) => view.nodes.filter((node) => node.type === 'run').map((node) => node.label).sort();
/** Edges by what their ends are called, those by label with how sure they are. */
function drawn(view: GraphView): string[] {
  const called = new Map(view.nodes.map((node) => [node.id, node.type === 'version' ? `${node.label} ${node.digest?.slice(7, 8) ?? node.detail}` : node.label]));
  return view.edges.map((edge) => `${called.get(edge.from) ?? '?'} ${edge.byLabel ? `~${edge.byLabel}~` : '→'} ${called.get(edge.to) ?? '?'}`).sort();
}
const impact = async (id: string, direction: 'downstream' | 'upstream', more: object = {}, actor: Actor = organisation.auditor): Promise<ImpactView> => {
  const answer = must(await getImpact.execute(as(actor), { id, direction, ...more }));
  if (!('view' in answer)) throw new Error('not a page');
  return answer.view;
};
async function exported(id: string, direction: string, format = 'json'): Promise<string> {
  const answer = await route(getImpact)(new Request(`http://portal.test/?direction=${direction}&format=${format}`, { headers: { authorization: `Bearer ${organisation.pipeline.token}` } }), { params: Promise.resolve({ id }) });
  return answer.text();
}
const closure = (id: string, direction: 'downstream' | 'upstream') => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => (direction === 'downstream' ? downstreamClosure : upstreamClosure)(tx, id));

const model: Data = { name: 'model', digest: 'e' };

describe('who read the bare label', () => {
  const history = () => [run('write', [{ name: 'source', digest: '0' }], [raw('a')]), run('train', [raw()], [model]), run('serve', [model], [])];

  it('is in the graph of the digest, and the digest in the graph of what came of it, joined by an edge that says so', async () => {
    await report(history());
    const all = ['e → serve', 'raw a ~sole~ raw v3', 'raw v3 → train', 'source 0 → write', 'train → model e', 'write → raw a'].map((edge) => edge.replace(/^e /, 'model e '));
    expect(drawn(await graph({ node: sha('a'), depth: 6 }))).toEqual(all.sort());
    expect(drawn(await graph({ node: sha('e'), depth: 6 }))).toEqual(all.sort());
    expect(drawn(await graph({ node: sha('0'), depth: 6 }))).toEqual(all.sort());
    expect(drawn(await graph({ node: `version:${await bareId('raw', 'v3')}`, depth: 6 }))).toEqual(all.sort());
    // A label is no step: nothing happened.
    expect(jobs(await graph({ node: sha('a'), up: 0, down: 1 }))).toEqual(['train']);
    expect(drawn(await graph({ node: sha('a'), depth: 6, shape: 'versions' }))).toEqual(['raw a ~sole~ raw v3', 'raw v3 → model e', 'source 0 → raw a']);
    expect(drawn(await graph({ node: sha('0'), depth: 6, shape: 'runs' }))).toEqual(['source 0 → write', 'train → serve', 'write ~sole~ train']);
  });

  it('is told in the exports, and offered where it is not drawn', async () => {
    await report(history());
    const view = await graph({ node: sha('0'), up: 0, down: 2 });
    expect(view.nodes.find((node) => node.digest === sha('a'))?.hiddenDownstream).toBe(1);
    const grown = await graph({ node: sha('0'), up: 0, down: 2, expand: `down:version:${await idOf('a')}` });
    expect(jobs(grown)).toEqual(['train', 'write']);
    const file = async (format: string) => (await route(getGraph)(new Request(`http://portal.test/?node=${sha('a')}&depth=6&format=${format}`, { headers: { authorization: `Bearer ${organisation.pipeline.token}` } }), { params: Promise.resolve({}) })).text();
    expect((await file('csv')).split('\r\n').filter((line) => line.endsWith(',sole'))).toHaveLength(1);
    expect(await file('dot')).toContain('[label="by label", style=dashed]');
  });

  it('is on the path between the two, in either direction', async () => {
    await report(history());
    for (const [node, to] of [[sha('0'), sha('e')], [sha('e'), sha('0')], [sha('a'), sha('e')]] as const) {
      const view = await graph({ node, to });
      expect(view.path).toMatchObject({ found: true, complete: true });
      expect(drawn(view)).toEqual(expect.arrayContaining(['raw a ~sole~ raw v3', 'raw v3 → train', 'train → model e']));
    }
    const bare = await bareId('raw', 'v3');
    expect((await graph({ node: `version:${bare}`, to: sha('0') })).path).toMatchObject({ found: true });
    expect((await graph({ node: sha('0'), to: `version:${bare}` })).path).toMatchObject({ found: true });
  });

  it('is in the blast radius and in what rules rest on, told as reached by label', async () => {
    await report(history());
    const down = await impact(await idOf('a'), 'downstream');
    expect(down).toMatchObject({ complete: true, counts: { runs: 2, versions: 2, byLabel: [{ reachedBy: 'label', runs: 2, versions: 2 }] } });
    const { items } = JSON.parse(await exported(await idOf('a'), 'downstream')) as { items: ImpactItem[] };
    expect(items.map(({ type, name, reachedBy }) => `${type} ${name} ${reachedBy}`).sort()).toEqual(['run serve label', 'run train label', 'version model label', 'version raw label']);
    expect((await exported(await idOf('a'), 'downstream', 'csv')).split('\r\n')[0]).toMatch(/,reachedBy$/);
    expect(await impact(await idOf('e'), 'upstream')).toMatchObject({ counts: { runs: 2, ingestionVersions: 2, byLabel: [{ reachedBy: 'label', runs: 1 }] } });
    expect((await closure(await idOf('a'), 'downstream')).versions).toContain(await idOf('e'));
    expect((await closure(await idOf('e'), 'upstream')).versions).toEqual(expect.arrayContaining([await idOf('a'), await idOf('0')]));
  });

  it('is found under another name of the same thing, and not under another label or name', async () => {
    await report([run('write', [], [raw('a')]), run('train', [{ name: 'table', label: 'v3' }], [model]), run('other label', [raw(undefined, 'v4')], []), run('other name', [{ name: 'strange', label: 'v3' }], []), run('catalogue', [{ name: 'table', alsoCalled: 'raw' }], [])]);
    expect(jobs(await graph({ node: sha('a'), depth: 6 }))).toEqual(['train', 'write']);
    expect((await impact(await idOf('a'), 'downstream')).counts).toMatchObject({ runs: 1 });
    expect((await closure(await idOf('e'), 'upstream')).versions).toContain(await idOf('a'));
  });

  it('is led to from what was written by the label alone and read with a digest', async () => {
    await report([run('write', [{ name: 'source', digest: '0' }], [raw()]), run('train', [raw('a')], [model])]);
    expect(drawn(await graph({ node: sha('0'), depth: 6 }))).toEqual(['raw a → train', 'raw v3 ~sole~ raw a', 'source 0 → write', 'train → model e', 'write → raw v3']);
    expect(drawn(await graph({ node: sha('e'), depth: 6 }))).toEqual(drawn(await graph({ node: sha('0'), depth: 6 })));
    expect((await impact(await idOf('0'), 'downstream')).counts).toMatchObject({ runs: 2 });
    expect((await impact(await idOf('e'), 'upstream')).counts).toMatchObject({ runs: 2 });
  });

  it('is not told twice by a run that knew the digest at its end', async () => {
    const id = newId();
    await report([run('write', [], [raw()], { id, type: 'START' }), run('write', [], [raw('a')], { id }), run('train', [raw('a')], [model])]);
    expect(drawn(await graph({ node: sha('e'), depth: 6 }))).toEqual(['raw a → train', 'train → model e', 'write → raw a']);
    expect((await graph({ node: sha('e'), depth: 6 })).nodes.every((node) => node.hiddenUpstream + node.hiddenDownstream === 0)).toBe(true);
    expect((await impact(await idOf('e'), 'upstream')).counts).toMatchObject({ runs: 2, versions: 1, byLabel: [] });
  });
});

describe('a label that stood for several contents', () => {
  const history = () => [run('write', [], [raw('a')]), run('overwrite', [], [raw('b')]), run('train', [raw()], [model]), run('read b', [raw('b')], [])];

  it('leads from each of them to its readers, less sure, and never from one to the other', async () => {
    await report(history());
    expect(drawn(await graph({ node: sha('a'), up: 0, down: 6 }))).toEqual(['raw a ~several~ raw v3', 'raw v3 → train', 'train → model e']);
    expect(drawn(await graph({ node: sha('e'), up: 6, down: 0 }))).toEqual(['overwrite → raw b', 'raw a ~several~ raw v3', 'raw b ~several~ raw v3', 'raw v3 → train', 'train → model e', 'write → raw a']);
    expect(jobs(await graph({ node: sha('a'), depth: 12 }))).toEqual(['train', 'write']);
    expect((await graph({ node: sha('a'), depth: 6 })).nodes.find((node) => node.type === 'version' && node.digest === null)?.hiddenUpstream).toBe(1);
    expect((await impact(await idOf('a'), 'downstream')).counts).toMatchObject({ runs: 1, byLabel: [{ reachedBy: 'ambiguous_label', runs: 1, versions: 2 }] });
    expect((await impact(await idOf('e'), 'upstream')).counts).toMatchObject({ runs: 3 });
    expect((await closure(await idOf('a'), 'upstream')).runs).toHaveLength(1);
    expect((await graph({ node: sha('a'), to: sha('b') })).path).toMatchObject({ found: false, complete: true });
    expect((await graph({ node: sha('b'), to: sha('e') })).path).toMatchObject({ found: true });
  });

  it('is told as sure where a surer way leads there, too', async () => {
    await report([...history(), run('also', [raw('a')], [{ name: 'mid', digest: 'c' }]), run('train again', [{ name: 'mid', digest: 'c' }], [model])]);
    expect((await impact(await idOf('a'), 'downstream')).counts).toMatchObject({ runs: 3, versions: 3, byLabel: [{ reachedBy: 'ambiguous_label', runs: 1, versions: 1 }] });
  });
});

describe('a label that stood for more contents than are looked at', () => {
  const content = (n: number) => n.toString(16).padStart(64, '0');
  const latest = (digest?: string) => raw(digest, 'latest');
  const many = 1_100;

  it('says wherever it is shown that there are more, and is whole in the blast radius and in what rules rest on', async () => {
    await report(Array.from({ length: many }, (_, n) => run('write', [], [latest(content(n))])));
    await report([run('train', [latest()], [model])]);
    const upstream = await graph({ node: sha('e'), up: 12, down: 0 });
    expect(upstream.truncated).toBe(true);
    expect(upstream.nodes.find((node) => node.type === 'version' && node.digest === null)?.hiddenUpstream).toBeGreaterThan(700);
    // The newest are drawn, and room is left for who wrote them.
    const versions = upstream.nodes.filter((node) => node.digest !== null && node.id !== upstream.focus[0]).map((node) => node.digest);
    expect(versions).toContain(`sha256:${content(many - 1)}`);
    expect(versions.length).toBeGreaterThan(100);
    expect(jobs(upstream).filter((job) => job === 'write').length).toBeGreaterThan(50);
    // Not one of the newest, so only from its own end is it found that it has this label; and the search says that it passed some by.
    expect((await graph({ node: sha(content(0)), to: sha('e') })).path).toMatchObject({ found: true });
    expect((await graph({ node: sha('e'), to: `version:${await bareId('raw', 'latest')}` })).path).toMatchObject({ found: true, complete: false });
    const label = must(await getAssetVersion.execute(as(organisation.engineer), { id: await bareId('raw', 'latest') }));
    expect([label.byLabel.length, label.moreByLabel, label.byLabel[0]?.digest]).toEqual([200, true, `sha256:${content(many - 1)}`]);
    const one = must(await getAssetVersion.execute(as(organisation.engineer), { id: sha(content(5)) }));
    expect([one.byLabel.length, one.moreByLabel]).toEqual([1, false]);
    expect((await impact(await bareId('raw', 'latest'), 'upstream')).counts.runs).toBe(many);
    expect((await impact(await idOf('e'), 'upstream')).counts.runs).toBe(many + 1);
    expect((await closure(await idOf('e'), 'upstream')).runs).toHaveLength(many + 1);
  });
});

describe('the past and other teams', () => {
  it('a label that was given after the moment leads nowhere', async () => {
    await report([run('train', [raw()], [model]), run('write', [], [{ name: 'raw', digest: 'a' }])]);
    await admin.query(`SET session_replication_role = replica; UPDATE run_asset SET first_received_at = first_received_at - interval '1 hour'; UPDATE run SET first_received_at = first_received_at - interval '1 hour', last_received_at = last_received_at - interval '1 hour';
      UPDATE asset_version SET created_at = created_at - interval '1 hour'; UPDATE asset_sighting SET first_seen_at = first_seen_at - interval '1 hour'; SET session_replication_role = origin`);
    await report([run('tell', [], [raw('a')]), run('tell again', [], [raw('b')])]);
    const past = new Date(Date.now() - 30 * 60_000).toISOString();
    expect(jobs(await graph({ node: sha('a'), depth: 6 }))).toEqual(['tell', 'train', 'write']);
    expect(jobs(await graph({ node: sha('a'), depth: 6, asOf: past }))).toEqual(['write']);
    expect((await graph({ node: sha('a'), to: sha('e'), asOf: past })).path).toMatchObject({ found: false });
    await admin.query(`SET session_replication_role = replica; UPDATE asset_sighting SET first_seen_at = first_seen_at - interval '1 hour' WHERE label = 'v3' AND asset_version_id = (SELECT id FROM asset_version WHERE digest = '${sha('a')}'); SET session_replication_role = origin`);
    // Then one content was known by the label; today there are two.
    expect(drawn(await graph({ node: sha('a'), up: 0, down: 6, asOf: past }))).toContain('raw a ~sole~ raw v3');
    expect(drawn(await graph({ node: sha('a'), up: 0, down: 6 }))).toContain('raw a ~several~ raw v3');
  });

  it('what other teams read or wrote by a label is one box, and nothing of it shows', async () => {
    await report([run('write', [], [raw('a')])]);
    await report([run('their-secret-run', [raw()], [{ name: 'their-secret-model', digest: 'f' }])], organisation.otherPipeline);
    const view = await graph({ node: sha('a'), depth: 12 });
    expect(view.nodes.map((node) => node.label).sort()).toEqual(['Other teams', 'raw', 'write']);
    expect(view.edges).toContainEqual(expect.objectContaining({ from: `version:${await idOf('a')}`, to: 'restricted' }));
    expect(JSON.stringify(view)).not.toMatch(/secret/);
    expect((await graph({ node: sha('a'), to: sha('f') })).path).toMatchObject({ known: false, found: false });
    expect((await impact(await idOf('a'), 'downstream', {}, organisation.engineer)).counts).toMatchObject({ runs: 0, restricted: 2 });
  });

  it('a content that only other teams named so is not told to who read by the label', async () => {
    await report([run('their-secret-write', [{ name: 'their-secret-source', digest: 'f' }], [raw('a')])], organisation.otherPipeline);
    await report([run('train', [raw()], [model])]);
    const view = await graph({ node: sha('e'), depth: 12 });
    expect(drawn(view)).toEqual(['Other teams → raw v3', 'raw v3 → train', 'train → model e']);
    expect(JSON.stringify(view)).not.toMatch(new RegExp(`secret|${await idOf('a')}|${sha('a')}`));
    expect(drawn(await graph({ node: sha('e'), depth: 12 }, organisation.auditor))).toContain('raw a ~sole~ raw v3');
    // Who knows the content by another name is not told that somebody calls it so.
    await report([run('own name', [{ name: 'own', digest: 'a' }], [])]);
    expect(drawn(await graph({ node: sha('a'), up: 0, down: 12 }))).toEqual(['own a → Other teams', 'own a → own name']);
  });
});

// --- In general ----------------------------------------------------------------------------------------------------------

const namesOfThings = ['raw', 'table', 'other'] as const;
type Ref = { readonly name: (typeof namesOfThings)[number]; readonly digest: string | undefined; readonly label: string | undefined };
type Told = { readonly inputs: readonly Ref[]; readonly outputs: readonly Ref[] };
type Side = 'input' | 'output';

/** What a person with pencil and paper makes of a history: everything that a version leads to, each with what led there (0 edges, 1 labels of one content, 2 any). */
function naive(told: readonly Told[], joined: boolean, start: string, way: 'downstream' | 'upstream') {
  const same = (a: string, b: string) => a === b || (joined && ['raw', 'table'].includes(a) && ['raw', 'table'].includes(b));
  const keyOf = ({ name, digest, label }: Ref) => digest ?? `${name}:${label ?? ''}`;
  const refs = told.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  const exactness = ({ digest, label }: Ref) => (digest !== undefined ? 2 : label !== undefined ? 1 : 0);
  const seenUnder = (name: string, key: string) => refs.filter((ref) => ref.name === name && keyOf(ref) === key && ref.label !== undefined).map(({ label }) => label);
  const mayBe = (bare: Ref, other: Ref) => bare.label === undefined || seenUnder(other.name, keyOf(other)).includes(bare.label) || seenUnder(other.name, keyOf(other)).length === 0;
  const edges = told.flatMap(({ inputs, outputs }, index) => ([['input', inputs], ['output', outputs]] as const).flatMap(([side, all]) => all
    .filter((ref) => ref.digest !== undefined || !all.some((other) => other.name === ref.name && exactness(other) > exactness(ref) && mayBe(ref, other)))
    .map((ref) => ({ run: `run ${index}`, side, key: keyOf(ref) }))));
  const [intoRun, outOfRun]: [Side, Side] = way === 'downstream' ? ['input', 'output'] : ['output', 'input'];
  const bare = [...new Map(refs.filter((ref) => ref.digest === undefined).map((ref) => [keyOf(ref), ref])).values()];
  const contents = (ref: Ref) => new Set(refs.filter((other) => ref.label !== undefined && other.digest !== undefined && other.label === ref.label && same(other.name, ref.name)).map(keyOf));
  const unified = (key: string) => bare.filter((one) => keyOf(one) !== key && bare.some((ref) => keyOf(ref) === key && ref.label === one.label && same(ref.name, one.name))).map(keyOf);
  const grow = (most: 0 | 1 | 2, onlyUsed: boolean) => {
    const usable = (ref: Ref) => (most === 0 ? 0 : contents(ref).size === 1 ? 1 : most === 2 ? contents(ref).size : 0) > 0;
    const found = new Set([start]);
    // Of these the contents of their labels count: what a run of the way knew by that, and where it begins.
    const full = new Set([start]);
    for (let size = -1; size !== found.size + full.size;) {
      size = found.size + full.size;
      for (const { run: id, side, key } of edges) {
        if (side === intoRun && found.has(key)) found.add(id);
        if (side === outOfRun && found.has(id)) [found, full].forEach((set) => set.add(key));
      }
      for (const key of [...found]) for (const other of unified(key)) {
        found.add(other);
        if (full.has(key)) full.add(other);
      }
      for (const ref of bare.filter(usable)) {
        const key = keyOf(ref);
        if (full.has(key)) for (const content of contents(ref)) [found, full].forEach((set) => set.add(content));
        if ([...contents(ref)].some((content) => full.has(content)) && (!onlyUsed || edges.some((edge) => edge.key === key && edge.side === intoRun))) found.add(key);
      }
    }
    return found;
  };
  const levels = [grow(0, true), grow(1, true), grow(2, true)] as const;
  return { reached: new Map([...levels[2]].map((id) => [id, levels[0].has(id) ? 'edges' : levels[1].has(id) ? 'label' : 'ambiguous_label'])), forRules: grow(2, false) };
}

describe('in any small history', () => {
  const ref = fc.record({ name: fc.constantFrom(...namesOfThings), digest: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined, freq: 1 }), label: fc.option(fc.constantFrom('v1', 'v2'), { nil: undefined, freq: 4 }) });
  const told = fc.record({ inputs: fc.array(ref, { maxLength: 2 }), outputs: fc.array(ref, { maxLength: 2 }) });

  it('the blast radius, the graph and what rules rest on are what a naive model says, in whatever order events came', async () => {
    await fc.assert(fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 7 }), fc.boolean(), fc.constantFrom('downstream' as const, 'upstream' as const), fc.nat(100), fc.boolean(), async (history, joined, way, pick, reversed) => {
      await emptyLineage(admin);
      const runs = history.map(({ inputs, outputs }, index) => run(`run ${index}`, inputs, outputs));
      const events = [...runs.flatMap(({ id, event }, index) => [{ id, event }, ...(index % 2 === 0 ? [{ id, event: { ...event, eventType: 'START', inputs: [], outputs: [] } }] : [])]), ...(joined ? [run('catalogue', [{ name: 'raw', alsoCalled: 'table' }], [], { type: 'RUNNING' })] : [])];
      const whole: readonly Told[] = [...history, ...(joined ? [{ inputs: [{ name: 'raw' as const, digest: undefined, label: undefined }], outputs: [] }] : [])];
      await report(reversed ? events.toReversed() : events);
      const { rows } = await admin.query<{ id: string; key: string }>(`SELECT v.id, coalesce(substr(v.digest, 8, 1), a.name || ':' || coalesce(v.label, '')) AS key FROM asset_version v LEFT JOIN asset a ON a.id = v.asset_id ORDER BY 2`);
      const start = rows[pick % Math.max(1, rows.length)];
      if (!start) return;
      const catalogue = events.at(-1)?.id ?? '';
      const runKeys = new Map([...runs.map(({ id }, index) => [id, `run ${index}`] as const), ...(joined ? [[catalogue, `run ${history.length}`] as const] : [])]);
      const keys = new Map([...rows.map(({ id, key }) => [id, key] as const), ...runKeys]);
      const named = (ids: readonly string[]) => [...new Set(ids.map((id) => keys.get(id) ?? '?'))].sort();
      const expected = naive(whole, joined, start.key, way);
      const wanted = [...expected.reached].filter(([key]) => key !== start.key).map(([key, how]) => `${key} ${how}`).sort();

      const { items } = JSON.parse(await exported(start.id, way)) as { items: ImpactItem[] };
      expect(items.map(({ id, reachedBy }) => `${keys.get(id) ?? '?'} ${reachedBy}`).sort()).toEqual(wanted);
      const page = await impact(start.id, way);
      expect([page.complete, page.counts.runs + page.counts.versions]).toEqual([true, wanted.length]);
      // With little time it is walked in batches instead of by one statement, to the same end.
      expect((await impact(start.id, way, { seconds: '1.9' })).counts).toEqual(page.counts);
      const rules = await closure(start.id, way);
      expect(named([...rules.runs, ...rules.versions])).toEqual([...expected.forRules].sort());
      const view = await graph({ node: `version:${start.id}`, up: way === 'upstream' ? 12 : 0, down: way === 'downstream' ? 12 : 0 }, organisation.auditor);
      const runsOf = [...expected.reached.keys()].filter((key) => key.startsWith('run '));
      expect(named(view.nodes.filter((node) => node.type === 'run').map((node) => node.id.slice('run:'.length)))).toEqual(runsOf.sort());
      // A path leads to each of them, and to nothing else that happened.
      for (const [id, key] of runKeys) expect([key, (await graph({ node: `version:${start.id}`, to: `run:${id}` }, organisation.auditor)).path?.found === true]).toEqual([key, naive(whole, joined, start.key, 'downstream').reached.has(key) || naive(whole, joined, start.key, 'upstream').reached.has(key)]);
    }), { numRuns: 25 });
  });
});
