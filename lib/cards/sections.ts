// Which sections a document has: by its headings, and for model cards by the structured fields of CycloneDX too. Pure.
import { lexer, type Token } from 'marked';
import { isObject, texts } from './safe-json.ts';
import { sectionsOf, type CardFacts, type CardKind, type Json } from './schema.ts';

/** Headings that open a section, in the words of the papers and of the Hugging Face templates. */
const headings: Readonly<Record<CardKind, Readonly<Record<string, RegExp>>>> = {
  model_card: {
    model_details: /^(model (details|description|overview|summary)|details|overview)$/,
    intended_use: /^(intended uses?( and limitations)?|uses?|direct use|primary intended uses?)$/,
    factors: /^(relevant )?factors( and (subpopulations|groups))?$|^groups$|^testing data factors and metrics$/,
    metrics: /^(performance )?metrics$|^testing data factors and metrics$/,
    evaluation_data: /^(evaluation|testing|test|validation) data(set|sets)?$|^testing data factors and metrics$/,
    training_data: /^training data(set|sets)?$/,
    quantitative_analyses: /^(quantitative analys[ei]s|(evaluation )?results|performance)$/,
    ethical_considerations: /^(ethical considerations|ethics|bias(es)?( risks)?( and limitations)?|fairness|risks and harms)$/,
    caveats: /^(caveats( and recommendations)?|recommendations|(known )?limitations)$/,
  },
  datasheet: {
    motivation: /^(motivation|curation rationale|dataset (description|summary))$/,
    composition: /^(composition|dataset structure|data (instances|fields|structure))$/,
    collection: /^(data )?collection( process)?$|^data collection and processing$|^source data$/,
    preprocessing: /^(pre ?processing|cleaning|label(l)?ing|annotations?|annotation process)( .*)?$|^data collection and processing$/,
    uses: /^(uses?|intended uses?|direct use|considerations for using the data)$/,
    distribution: /^(distribution|licensing( information)?)$/,
    maintenance: /^(maintenance|dataset (curators|card contact)|contact)$/,
  },
};

const normal = (heading: string): string => heading.normalize('NFKD').toLowerCase().replaceAll('&', ' and ').replaceAll(/[^a-z ]+/g, ' ').replaceAll(/\s+/g, ' ').trim();
/** What the Hub's template leaves behind, and other words for nothing. */
const placeholder = /\[?\s*more information needed\s*\]?|\b(todo|tbd|to be (done|written|completed)|lorem ipsum)\b|<!--[\s\S]*?-->|\bn\/a\b/gi;
const saysSomething = (text: string): boolean => /[\p{L}\p{N}]{2}/u.test(text.replaceAll(placeholder, ' '));

/** Keys of the sections that headings of this Markdown open and that say something. A document too deep to parse has none. */
export function sectionsInBody(kind: CardKind, body: string): Set<string> {
  let tokens: Token[];
  try {
    tokens = lexer(body);
  } catch {
    return new Set();
  }
  const present = new Set<string>();
  const open: { depth: number; keys: string[] }[] = [];
  for (const token of tokens) {
    if (token.type === 'heading') {
      while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= token['depth']) open.pop();
      const name = normal(String(token['text']));
      open.push({ depth: Number(token['depth']), keys: Object.entries(headings[kind]).filter(([, pattern]) => pattern.test(name)).map(([key]) => key) });
    } else if (token.type !== 'space' && token.type !== 'hr' && token.type !== 'html' && saysSomething(token.raw)) for (const { keys } of open) for (const key of keys) present.add(key);
  }
  return present;
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const member = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined);

/** Keys of the sections of which a CycloneDX modelCard says something. */
export function sectionsInCard(card: Json | null): Set<string> {
  const parameters = member(card ?? undefined, 'modelParameters');
  const considerations = member(card ?? undefined, 'considerations');
  const metrics = list(member(member(card ?? undefined, 'quantitativeAnalysis'), 'performanceMetrics'));
  const has: Readonly<Record<string, boolean>> = {
    model_details: ['task', 'architectureFamily', 'modelArchitecture'].some((name) => texts(member(parameters, name)).length > 0),
    intended_use: [...texts(member(considerations, 'users')), ...texts(member(considerations, 'useCases'))].some(saysSomething),
    factors: list(member(considerations, 'fairnessAssessments')).some((item) => texts(member(item, 'groupAtRisk')).length > 0),
    metrics: metrics.some((item) => texts(member(item, 'type')).length > 0),
    training_data: list(member(parameters, 'datasets')).length > 0,
    quantitative_analyses: metrics.some((item) => texts(member(item, 'value')).length > 0),
    ethical_considerations: list(member(considerations, 'ethicalConsiderations')).length > 0,
    caveats: [...texts(member(considerations, 'technicalLimitations')), ...texts(member(considerations, 'performanceTradeoffs'))].some(saysSomething),
  };
  return new Set(Object.entries(has).filter(([, present]) => present).map(([key]) => key));
}

/** The licence a front matter names: `other` and `unknown` only by the name or link beside them. */
export function licenceOf(meta: { readonly [key: string]: Json }): string | null {
  const [named] = texts(meta['license']).filter((name) => !['other', 'unknown'].includes(name.toLowerCase()));
  return named ?? texts(meta['license_name'])[0] ?? texts(meta['license_link'])[0] ?? null;
}

/** What a document amounts to. */
export function factsOf(kind: CardKind, meta: { readonly [key: string]: Json }, card: Json | null, body: string): CardFacts {
  const present = new Set([...sectionsInBody(kind, body), ...(kind === 'model_card' ? sectionsInCard(card) : [])]);
  return {
    missing: sectionsOf(kind).filter(({ key }) => !present.has(key)).map(({ title }) => title),
    licence: licenceOf(meta),
    owners: [...texts(meta['owner']), ...texts(meta['owners'])].slice(0, 20),
    intendedUse: present.has('intended_use'),
  };
}
