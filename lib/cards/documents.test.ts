// Documents in and out of the formats of others: nothing is lost, and nothing harmful is taken.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromCycloneDx, modelCard, specVersions, toCycloneDx } from './cyclonedx.ts';
import { makeDocument, sealed, type Made } from './document.ts';
import { fromHuggingFace, toHuggingFace } from './front-matter.ts';
import { modelCardSections, type CardDocument, type Json } from './schema.ts';

const described = { name: 'flight-delay', version: 4, digest: `sha256:${'a'.repeat(64)}` };
const taken = (made: Made | ReturnType<typeof fromCycloneDx>): CardDocument => {
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
};
const refusal = (made: ReturnType<typeof fromCycloneDx>): string => (made.ok ? 'taken' : made.error.message);

const hub = `---
license: apache-2.0
language:
- en
library_name: scikit-learn
pipeline_tag: tabular-classification
datasets: [bts/on-time-performance]
base_model: none/at-all
model-index:
- name: flight-delay
  results:
  - task: { type: tabular-classification }
    dataset: { type: flights, name: Flights of 2001 }
    metrics:
    - type: roc_auc
      value: 0.71
some_field_of_tomorrow: { kept: yes }
---

# Flight delay

## Model Details
A gradient boosted tree.

## Uses
### Direct Use
Telling passengers.
### Out-of-Scope Use
[More Information Needed]

## Bias, Risks, and Limitations
<!-- nothing yet -->

## Training Data
Flights of 2001.
`;

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => value.isWellFormed() && !value.includes('\0'));
const names = fc.stringMatching(/^[a-z][a-z_-]{0,12}$/).filter((name) => !['constructor', 'prototype', 'license', 'language', 'tags', 'datasets', 'metrics', 'base_model', 'owner', 'owners'].includes(name));
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant(null), fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value))), text, fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(names, tie('value'), { maxKeys: 3 })),
})).value;
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const defined = (value: unknown): Record<string, Json> => JSON.parse(JSON.stringify(value)) as Record<string, Json>;
const pairs = fc.array(fc.record({ name: text, value: optional(text) }), { minLength: 1, maxLength: 2 });
const lists = fc.array(text, { maxLength: 3 });
const cards = fc
  .record({
    'bom-ref': optional(fc.stringMatching(/^[a-z0-9]{1,8}$/)),
    modelParameters: optional(fc.record({
      approach: optional(fc.record({ type: optional(fc.constantFrom('supervised', 'self-supervised')) })), task: optional(text), architectureFamily: optional(text), modelArchitecture: optional(text),
      datasets: optional(fc.array(fc.oneof(fc.record({ type: fc.constant('dataset'), name: optional(text), classification: optional(text), description: optional(text), sensitiveData: optional(lists) }), fc.record({ ref: fc.stringMatching(/^[a-z]{1,5}$/) })), { maxLength: 2 })),
      inputs: optional(fc.array(fc.record({ format: optional(text) }), { maxLength: 2 })),
    })),
    quantitativeAnalysis: optional(fc.record({ performanceMetrics: optional(fc.array(fc.record({ type: optional(text), value: optional(text), slice: optional(text), confidenceInterval: optional(fc.record({ lowerBound: optional(text), upperBound: optional(text) })) }), { maxLength: 2 })) })),
    considerations: optional(fc.record({ users: optional(lists), useCases: optional(lists), technicalLimitations: optional(lists), performanceTradeoffs: optional(lists), ethicalConsiderations: optional(fc.array(fc.record({ name: optional(text), mitigationStrategy: optional(text) }), { maxLength: 2 })), fairnessAssessments: optional(fc.array(fc.record({ groupAtRisk: optional(text), harms: optional(text) }), { maxLength: 2 })) })),
    properties: optional(pairs),
  })
  .map(defined);
const metas = fc.tuple(fc.dictionary(names.filter((name) => !['license_name', 'license_link', 'library_name', 'pipeline_tag', 'pretty_name', 'model-index'].includes(name)), json, { maxKeys: 4 }), fc.record({ license: optional(text), tags: optional(lists), pipeline_tag: optional(text) })).map(([extra, known]) => defined({ ...extra, ...known }));
const documents = fc.tuple(metas, fc.option(cards), fc.string({ unit: 'grapheme', maxLength: 200 }).filter((value) => value.isWellFormed() && !value.includes('\0'))).map(([meta, card, body]) => taken(makeDocument('model_card', { meta, card, body })));

describe('a model card of the Hub', () => {
  it('is read with its front matter, fields that nobody knows among them', () => {
    const document = taken(fromHuggingFace('model_card', hub));
    expect(document.meta).toMatchObject({ license: 'apache-2.0', language: ['en'], datasets: ['bts/on-time-performance'], some_field_of_tomorrow: { kept: 'yes' } });
    expect(document.body.startsWith('# Flight delay\n')).toBe(true);
    expect(document.facts).toMatchObject({ licence: 'apache-2.0', intendedUse: true });
  });

  it('is judged by its named sections: a heading with nothing but a placeholder under it is missing', () => {
    const { facts } = taken(fromHuggingFace('model_card', hub));
    expect(facts.missing).toEqual(['Factors', 'Metrics', 'Evaluation data', 'Quantitative analyses', 'Ethical considerations', 'Caveats and recommendations']);
    const whole = modelCardSections.map(({ title }) => `## ${title}\nSomething that is said.\n`).join('\n');
    expect(taken(fromHuggingFace('model_card', whole)).facts.missing).toEqual([]);
    expect(taken(fromHuggingFace('model_card', whole.replaceAll('Something that is said.', '[More Information Needed]'))).facts.missing).toHaveLength(9);
    expect(taken(fromHuggingFace('datasheet', whole)).facts.missing).not.toEqual([]);
  });

  it('is written so that reading it gives the same document, whatever it holds', () => {
    fc.assert(fc.property(documents, (document) => {
      expect(sealed(taken(fromHuggingFace('model_card', toHuggingFace(document))))).toEqual(sealed(document));
    }), { numRuns: 300 });
  });

  it('without front matter is all body, and line ends of other systems are made equal', () => {
    expect(taken(fromHuggingFace('model_card', '\uFEFF---\r\nlicense: mit\r\n---\r\n# A\r\n'))).toEqual(taken(fromHuggingFace('model_card', '---\nlicense: mit\n---\n\n# A\n')));
    expect(taken(fromHuggingFace('model_card', '# A\n---\nb'))).toMatchObject({ meta: {}, body: '# A\n---\nb' });
  });

  it.each<[string, string, RegExp]>([
    ['an alias bomb', `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n---\n`, /aliases/],
    ['a name that reaches a prototype', '---\n__proto__: { polluted: true }\n---\n', /__proto__/],
    ['a constructor deep inside', '---\nx: { y: { constructor: 1 } }\n---\n', /constructor/],
    ['a tag of a program', '---\nx: !!python/object/apply:os.system ["id"]\n---\n', /no YAML that can be read/],
    ['the same name twice', '---\nlicense: mit\nlicense: gpl\n---\n', /no YAML that can be read/],
    ['megabytes', `---\nx: "${'y'.repeat(700_000)}"\n---\n`, /larger than/],
    ['megabytes of text', '# A\n'.repeat(60_000), /characters/],
    ['a hundred thousand brackets', `---\nx: ${'['.repeat(100_000)}\n---\n`, /deeply|no YAML/],
    ['front matter without an end', '---\nlicense: mit\n# A\n', /no end/],
    ['a list in place of fields', '---\n- a\n---\n', /no list of fields/],
    ['half of a surrogate pair', '# \uD800', /not text/],
    ['a character NUL', '# \0', /not text/],
    ['a number that JSON cannot hold', '---\nrevision: 12345678901234567890\n---\n', /quotes/],
    ['a licence that is an object', '---\nlicense: { id: mit }\n---\n', /license/],
    ['no number', '---\nx: .nan\n---\n', /number/],
  ])('is refused with %s, clearly and soon', (_what, file, message) => {
    const began = Date.now();
    expect(refusal(fromHuggingFace('model_card', file))).toMatch(message);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('never makes reading it throw, whatever is sent', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }).map((inner) => `---\n${inner}\n---\n${inner}`)), (file) => typeof fromHuggingFace('model_card', file).ok === 'boolean'), { numRuns: 300 });
  });
});

describe('a CycloneDX modelCard', () => {
  const exported = (document: CardDocument, version: (typeof specVersions)[number] = '1.7') => toCycloneDx(document, described, version);
  const read = (bom: unknown) => fromCycloneDx(JSON.stringify(bom), described);
  const cardOf = (bom: Record<string, unknown>) => (bom['metadata'] as { component: { modelCard: Record<string, Json> } }).component.modelCard;

  it('holds a whole document: reading what was written gives the same one', () => {
    fc.assert(fc.property(documents, fc.constantFrom(...specVersions), (document, version) => {
      expect(sealed(taken(read(exported(document, version))))).toEqual(sealed(document));
    }), { numRuns: 300 });
  });

  it('of another tool comes back as it was', () => {
    fc.assert(fc.property(cards, (card) => {
      const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'machine-learning-model', name: 'other', modelCard: card }] };
      expect(cardOf(exported(taken(read(bom))))).toEqual(card);
    }), { numRuns: 300 });
  });

  it('that is written is as the schema asks', () => {
    fc.assert(fc.property(documents, (document) => modelCard.safeParse(cardOf(exported(document))).success), { numRuns: 100 });
  });

  it('is judged by what it says', () => {
    const card = { modelParameters: { task: 'classification', datasets: [{ type: 'dataset', name: 'flights' }] }, quantitativeAnalysis: { performanceMetrics: [{ type: 'auc', value: '0.71' }] }, considerations: { useCases: ['Telling passengers'], technicalLimitations: ['Not for cargo'], ethicalConsiderations: [{ name: 'Unequal delay' }] } };
    const { facts } = taken(read({ bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { component: { type: 'machine-learning-model', name: 'x', licenses: [{ license: { id: 'Apache-2.0' } }], modelCard: card } } }));
    expect(facts).toMatchObject({ licence: 'Apache-2.0', intendedUse: true, missing: ['Factors', 'Evaluation data'] });
  });

  it.each<[string, unknown, RegExp]>([
    ['another document', { bomFormat: 'SPDX' }, /no CycloneDX BOM/],
    ['a version that is not known', { bomFormat: 'CycloneDX', specVersion: '0.9' }, /specVersion/],
    ['no model', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'x' }] }, /No component/],
    ['two models, neither of which is meant', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'a', modelCard: {} }, { name: 'b', modelCard: {} }] }, /Several components/],
    ['other bytes', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'a', hashes: [{ alg: 'SHA-256', content: 'b'.repeat(64) }], modelCard: {} }] }, /other bytes/],
    ['members that the schema does not have', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'a', modelCard: { intendedUse: 'x' } }] }, /schema asks/],
    ['a text where a list belongs', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'a', modelCard: { considerations: { users: 'all' } } }] }, /schema asks/],
  ])('is refused with %s', (_what, bom, message) => expect(refusal(read(bom))).toMatch(message));

  it('is refused where it is no JSON, or reaches a prototype', () => {
    expect(refusal(fromCycloneDx('{', described))).toMatch(/no JSON/);
    expect(refusal(fromCycloneDx('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"modelCard":{"__proto__":{"x":1}}}]}', described))).not.toBe('taken');
    expect(refusal(fromCycloneDx(`${'['.repeat(200_000)}`, described))).toMatch(/no JSON/);
  });
});
