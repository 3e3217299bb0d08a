// Model cards in CycloneDX (https://cyclonedx.org/docs/1.7/json/, definition `modelCard`): reading one out of a BOM, and writing one. Pure.
import { z } from 'zod';
import { makeDocument, type Made } from './document.ts';
import { unreadable, cardsFailure } from './errors.ts';
import { isObject, texts } from './safe-json.ts';
import { licenceOf } from './sections.ts';
import type { CardDocument, Json } from './schema.ts';

const mostFileCharacters = 5_000_000;
const mostComponents = 20_000;
const text = z.string();
const reference = z.string().min(1);
const property = z.strictObject({ name: text, value: text.optional() });
const properties = z.array(property);
const attachment = z.strictObject({ contentType: text.optional(), encoding: z.literal('base64').optional(), content: text });
const graphics = z.strictObject({ description: text.optional(), collection: z.array(z.strictObject({ name: text.optional(), image: attachment.optional() })).optional() });
const contact = z.strictObject({ 'bom-ref': reference.optional(), name: text.optional(), email: text.optional(), phone: text.optional() });
const party = z.union([z.strictObject({ organization: z.looseObject({ name: text.optional() }) }), z.strictObject({ contact })]);
const governance = z.strictObject({ custodians: z.array(party).optional(), stewards: z.array(party).optional(), owners: z.array(party).optional() });
const componentData = z.strictObject({
  'bom-ref': reference.optional(),
  type: z.enum(['source-code', 'configuration', 'dataset', 'definition', 'other']),
  name: text.optional(),
  contents: z.strictObject({ attachment: attachment.optional(), url: text.optional(), properties: properties.optional() }).optional(),
  classification: text.optional(),
  sensitiveData: z.union([z.array(text), text]).optional(),
  graphics: graphics.optional(),
  description: text.optional(),
  governance: governance.optional(),
});
const formats = z.array(z.strictObject({ format: text.optional() }));
const measure = (unit: string) => z.strictObject({ value: z.number(), unit: z.literal(unit) });
const energyConsumption = z.strictObject({
  activity: z.enum(['design', 'data-collection', 'data-preparation', 'training', 'fine-tuning', 'validation', 'deployment', 'inference', 'other']),
  energyProviders: z.array(z.looseObject({})),
  activityEnergyCost: measure('kWh'),
  co2CostEquivalent: measure('tCO2eq').optional(),
  co2CostOffset: measure('tCO2eq').optional(),
  properties: properties.optional(),
});

/** `modelCard` of CycloneDX 1.5 to 1.7, members and types as the schema has them. */
export const modelCard = z.strictObject({
  'bom-ref': reference.optional(),
  modelParameters: z
    .strictObject({
      approach: z.strictObject({ type: z.enum(['supervised', 'unsupervised', 'reinforcement-learning', 'semi-supervised', 'self-supervised']).optional() }).optional(),
      task: text.optional(),
      architectureFamily: text.optional(),
      modelArchitecture: text.optional(),
      datasets: z.array(z.union([componentData, z.strictObject({ ref: reference.optional() })])).optional(),
      inputs: formats.optional(),
      outputs: formats.optional(),
    })
    .optional(),
  quantitativeAnalysis: z
    .strictObject({
      performanceMetrics: z.array(z.strictObject({ type: text.optional(), value: text.optional(), slice: text.optional(), confidenceInterval: z.strictObject({ lowerBound: text.optional(), upperBound: text.optional() }).optional() })).optional(),
      graphics: graphics.optional(),
    })
    .optional(),
  considerations: z
    .strictObject({
      users: z.array(text).optional(),
      useCases: z.array(text).optional(),
      technicalLimitations: z.array(text).optional(),
      performanceTradeoffs: z.array(text).optional(),
      ethicalConsiderations: z.array(z.strictObject({ name: text.optional(), mitigationStrategy: text.optional() })).optional(),
      environmentalConsiderations: z.strictObject({ energyConsumptions: z.array(energyConsumption).optional(), properties: properties.optional() }).optional(),
      fairnessAssessments: z.array(z.strictObject({ groupAtRisk: text.optional(), benefits: text.optional(), harms: text.optional(), mitigationStrategy: text.optional() })).optional(),
    })
    .optional(),
  properties: properties.optional(),
});
export type ModelCard = z.infer<typeof modelCard>;

const bodyProperty = 'gatehouse:model-card:body';
const metaProperty = 'gatehouse:model-card:front-matter';
const own = [bodyProperty, metaProperty];

export type Described = { readonly name: string; readonly version: number; readonly digest: string };
export const specVersions = ['1.6', '1.7'] as const;
export type SpecVersion = (typeof specVersions)[number];

/** A BOM whose component is the model version, with the whole document in its modelCard. */
export function toCycloneDx({ meta, card, body }: Pick<CardDocument, 'meta' | 'card' | 'body'>, { name, version, digest }: Described, specVersion: SpecVersion): Record<string, unknown> {
  const kept = (card ?? {}) as ModelCard;
  const added = [...(Object.keys(meta).length > 0 ? [{ name: metaProperty, value: JSON.stringify(meta) }] : []), ...(body === '' ? [] : [{ name: bodyProperty, value: body }])];
  const all = [...(kept.properties ?? []), ...added];
  const licence = licenceOf(meta as Record<string, Json>);
  const ref = `gatehouse:${name}@${version}`;
  return {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    version: 1,
    metadata: {
      component: {
        type: 'machine-learning-model',
        'bom-ref': ref,
        name,
        version: String(version),
        hashes: [{ alg: 'SHA-256', content: digest.replace('sha256:', '') }],
        ...(licence !== null && { licenses: [{ license: { name: licence } }] }),
        modelCard: { ...kept, ...(all.length > 0 && { properties: all }) },
      },
    },
  };
}

type Component = { readonly [key: string]: Json };

/** Components that are models and have a card; the walk is bounded. */
function modelsIn(bom: Component): Component[] {
  const found: Component[] = [];
  const waiting: Json[] = [isObject(bom['metadata']) ? (bom['metadata']['component'] ?? null) : null, ...(Array.isArray(bom['components']) ? bom['components'].slice(0, mostComponents) : [])];
  for (let seen = 0; waiting.length > 0 && seen < mostComponents; seen += 1) {
    const next = waiting.shift();
    if (!isObject(next)) continue;
    if (next['modelCard'] !== undefined) found.push(next);
    if (Array.isArray(next['components'])) waiting.push(...next['components'].slice(0, mostComponents));
  }
  return found;
}

const sha256In = (component: Component): string | null => {
  const hashes = Array.isArray(component['hashes']) ? component['hashes'] : [];
  const found = hashes.find((hash) => isObject(hash) && hash['alg'] === 'SHA-256');
  return isObject(found) && typeof found['content'] === 'string' ? `sha256:${found['content'].toLowerCase()}` : null;
};

function licencesIn(component: Component): string[] {
  const licences = Array.isArray(component['licenses']) ? component['licenses'] : [];
  return licences.flatMap((item) => (isObject(item) ? [...texts(item['expression']), ...(isObject(item['license']) ? [...texts(item['license']['id']), ...texts(item['license']['name'])].slice(0, 1) : [])] : []));
}

function keptMeta(value: string | undefined): { readonly [key: string]: Json } | null {
  if (value === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * A document from a BOM in JSON. The component is the one with this digest, else the only one that has a card and names no
 * other digest. 422 `cards.no_model_card` where there is none to choose, `cards.other_bytes` where it is about other bytes.
 */
export function fromCycloneDx(file: string, described: Described) : Made | ReturnType<typeof cardsFailure> {
  if (file.length > mostFileCharacters) return unreadable(`it is larger than ${mostFileCharacters} characters`);
  let bom: unknown;
  try {
    bom = JSON.parse(file.replace(/^\uFEFF/, ''));
  } catch {
    return unreadable('it is no JSON');
  }
  if (!isObject(bom) || bom['bomFormat'] !== 'CycloneDX') return unreadable('it is no CycloneDX BOM');
  if (!['1.5', '1.6', '1.7'].includes(String(bom['specVersion']))) return unreadable('its specVersion is none of 1.5, 1.6 and 1.7');
  const models = modelsIn(bom);
  const exact = models.find((component) => sha256In(component) === described.digest);
  const component = exact ?? (models.length === 1 ? models[0] : undefined);
  if (!component) return cardsFailure('invalid', 'cards.no_model_card', models.length === 0 ? 'No component of the BOM has a modelCard.' : 'Several components have a modelCard, and none has the SHA-256 of this version. Leave the one that is meant.', { errors: [{ path: 'text', message: 'has no modelCard that is clearly meant' }] });
  const digest = sha256In(component);
  if (digest !== null && digest !== described.digest) return cardsFailure('invalid', 'cards.other_bytes', `The card is about other bytes: ${digest}.`, { errors: [{ path: 'text', message: 'names another SHA-256' }] });
  const parsed = modelCard.safeParse(component['modelCard']);
  if (!parsed.success) return unreadable(`modelCard is not as its schema asks: ${parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
  const { properties: all = [], ...rest } = parsed.data;
  const others = all.filter(({ name }) => !own.includes(name));
  const meta = keptMeta(all.find(({ name }) => name === metaProperty)?.value);
  if (meta === null) return unreadable(`the property ${metaProperty} is no JSON object`);
  const licences = meta['license'] === undefined ? licencesIn(component) : [];
  const card = { ...rest, ...(others.length > 0 && { properties: others }) };
  return makeDocument('model_card', { meta: { ...meta, ...(licences.length > 0 && licenceOf(meta) === null && { license: licences.length === 1 ? (licences[0] ?? '') : licences }) }, card: card as Record<string, Json>, body: all.find(({ name }) => name === bodyProperty)?.value ?? '' });
}
