// The stages of the pipeline: which program reads and writes what, for each month, model version and week.
import type { Artifact, Stage } from './stage.ts';

/** A version of the model: what it learns from, what it is first judged on, and whether it treats regions apart. */
export interface Version {
  readonly number: 1 | 2 | 3;
  readonly description: string;
  readonly months: readonly string[];
  /** Flights from `trainFrom` until before `holdoutFrom` train; those until before `holdoutUntil` judge. */
  readonly trainFrom: string;
  readonly holdoutFrom: string;
  readonly holdoutUntil: string;
  readonly mitigation: 'none' | 'equal-selection-rate';
}

// The first of January has no past to compute features from, so training starts on the second. The last fourteen days
// of what a version may know are held out: with fewer, chance alone moves a region's true positive rate by a tenth.
const january = { months: ['2001-01'], trainFrom: '2001-01-02', holdoutFrom: '2001-01-18', holdoutUntil: '2001-02-01' } as const;

export const versions: readonly Version[] = [
  { number: 1, description: 'January, one threshold for all regions', mitigation: 'none', ...january },
  { number: 2, description: 'January, equal selection rate in all regions', mitigation: 'equal-selection-rate', ...january },
  {
    number: 3,
    description: 'January and February, equal selection rate in all regions',
    months: ['2001-01', '2001-02'],
    trainFrom: '2001-01-02',
    holdoutFrom: '2001-02-15',
    holdoutUntil: '2001-03-01',
    mitigation: 'equal-selection-rate',
  },
];

/** Seven days from each of these; the last one ends on 28 March. */
export const weekStarts = ['2001-02-01', '2001-02-08', '2001-02-15', '2001-02-22', '2001-03-01', '2001-03-08', '2001-03-15', '2001-03-22'] as const;
export type WeekStart = (typeof weekStarts)[number];

/** Four weeks that no version has seen: on these two versions are compared. */
export const comparison = { from: '2001-03-01', until: '2001-03-29' } as const;

const months = ['2001-01', '2001-02', '2001-03'];

/** The random seed of every training run. */
export const seed = 2001;

const source: Artifact = { name: 'vega-flights', path: 'node_modules/vega-datasets/data/flights-20k.json', kind: 'dataset' };
const airportsSource: Artifact = { name: 'vega-airports', path: 'node_modules/vega-datasets/data/airports.csv', kind: 'dataset' };
const step = (name: string) => `examples/flight-delays/steps/${name}.ts`;

/** All stages, with their files below `folder` (relative to the repository). */
export function createStages(folder: string) {
  const airports: Artifact = { name: 'airports', path: `${folder}/raw/airports.csv`, kind: 'dataset' };
  const raw = (month: string): Artifact => ({ name: 'flights-raw', path: `${folder}/raw/${month}.csv`, kind: 'dataset', label: month });
  const training = (version: Version): Artifact => ({ name: 'flights-training', path: `${folder}/features/training-until-${version.holdoutFrom}.json`, kind: 'features', label: `${version.trainFrom}/${version.holdoutFrom}` });
  const holdout = (version: Version): Artifact => ({ name: 'flights-holdout', path: `${folder}/features/holdout-until-${version.holdoutUntil}.json`, kind: 'features', label: `${version.holdoutFrom}/${version.holdoutUntil}` });
  // One stage writes the four weeks of a month, and an output has one name: so weeks are numbered within the month.
  const week = (start: WeekStart): Artifact => ({ name: `flights-week-${weekStarts.filter((each) => monthOf(each) === monthOf(start)).indexOf(start) + 1}`, path: `${folder}/features/week-${start}.json`, kind: 'features', label: start });
  const compared: Artifact = { name: 'flights-comparison', path: `${folder}/features/comparison.json`, kind: 'features', label: `${comparison.from}/${comparison.until}` };
  const inVersion = (version: Version, file: string) => `${folder}/version-${version.number}/${file}`;
  const model = (version: Version): Artifact => ({ name: 'flight-delay', path: inVersion(version, 'model.json'), kind: 'model' });
  const crossPredictions = (version: Version): Artifact => ({ name: 'cross-predictions', path: inVersion(version, 'cross-predictions.json'), kind: 'dataset' });
  const reference = (version: Version): Artifact => ({ name: 'reference-profile', path: inVersion(version, 'reference-profile.json'), kind: 'report' });

  /** Months up to and including the last, newest first under the name itself, earlier ones as its history: an input has one name. */
  function history(last: string): Artifact[] {
    const [newest, ...earlier] = months.filter((month) => month <= last).reverse();
    return [...(newest === undefined ? [] : [raw(newest)]), ...earlier.map((month, index) => ({ ...raw(month), name: `flights-raw-${index + 1}-before` }))];
  }

  function ingest(month: string): Stage {
    return { stage: 'ingest', program: [step('ingest'), '--source', source.path, '--output', raw(month).path], inputs: [source], outputs: [raw(month)], parameters: { month } };
  }

  function ingestAirports(): Stage {
    return { stage: 'ingest', program: [step('ingest-airports'), '--source', airportsSource.path, '--output', airports.path], inputs: [airportsSource], outputs: [airports] };
  }

  /** Tests `month` against the contract of `asMonth`; a mix-up of months must fail. */
  function validate(month: string, asMonth: string): Stage {
    const report = `${folder}/validation/${month}${asMonth === month ? '' : `-as-${asMonth}`}.json`;
    const passes = asMonth === month;
    return {
      stage: 'validate',
      program: [step('validate'), '--input', raw(month).path, '--airports', airports.path, '--report', report],
      inputs: [raw(month), airports],
      outputs: [{ name: 'validation-report', path: report, kind: 'report', label: passes ? month : `${month} as ${asMonth}` }],
      parameters: { month: asMonth },
      validation: { of: 'flights-raw', path: report },
      exitCode: passes ? 0 : 1,
    };
  }

  function validateAirports(): Stage {
    const report = `${folder}/validation/airports.json`;
    return {
      stage: 'validate',
      program: [step('validate-airports'), '--input', airports.path, '--report', report],
      inputs: [airports],
      outputs: [{ name: 'validation-report', path: report, kind: 'report', label: 'airports' }],
      validation: { of: 'airports', path: report },
    };
  }

  function features(last: string, windows: readonly { readonly from: string; readonly until: string; readonly output: Artifact }[]): Stage {
    const inputs = history(last);
    return {
      stage: 'features',
      program: [
        step('features'), ...inputs.flatMap(({ path }) => ['--input', path]), '--airports', airports.path,
        ...windows.flatMap(({ from, until, output }) => ['--window', `${from}..${until}=${output.path}`]),
      ],
      inputs: [...inputs, airports],
      outputs: windows.map(({ output }) => output),
    };
  }

  function trainingFeatures(version: Version): Stage {
    return features(version.months.at(-1) ?? '', [
      { from: version.trainFrom, until: version.holdoutFrom, output: training(version) },
      { from: version.holdoutFrom, until: version.holdoutUntil, output: holdout(version) },
    ]);
  }

  /** The four weeks of a month, and in the month of the comparison also those four weeks as one. */
  function monthFeatures(month: string): Stage {
    return features(month, [
      ...weekStarts.filter((start) => monthOf(start) === month).map((start) => ({ from: start, until: daysAfter(start, 7), output: week(start) })),
      ...(monthOf(comparison.from) === month ? [{ ...comparison, output: compared }] : []),
    ]);
  }

  function train(version: Version): Stage {
    return {
      stage: 'train',
      program: [step('train'), '--features', training(version).path, '--output', model(version).path, '--cross-predictions', crossPredictions(version).path],
      inputs: [training(version)],
      outputs: [model(version), crossPredictions(version)],
      parameters: {
        trees: '300', 'learning-rate': '0.03', depth: '2', 'leaf-size': '40', penalty: '10', 'row-share': '0.6', 'column-share': '0.3', bins: '32',
        mitigation: version.mitigation, 'target-rate': '0.2', 'adaptation-rate': '0.05',
      },
      seed,
    };
  }

  function profileReference(version: Version): Stage {
    return {
      stage: 'profile-reference',
      program: [
        step('profile-reference'), '--model', model(version).path, '--features', training(version).path,
        '--predictions', crossPredictions(version).path, '--output', reference(version).path,
      ],
      inputs: [model(version), training(version), crossPredictions(version)],
      outputs: [reference(version)],
      profile: { of: 'flight-delay', path: reference(version).path },
    };
  }

  function evaluateOn(version: Version, data: Artifact, file: string): Stage {
    const path = inVersion(version, file);
    return {
      stage: 'evaluate',
      program: [step('evaluate'), '--model', model(version).path, '--features', data.path, '--output', path, '--dataset', data.name],
      inputs: [model(version), data],
      // Each version has an evaluation of its own for the same days: a label that two of them shared would contradict itself.
      outputs: [{ name: 'evaluation', path, kind: 'evaluation', label: `version ${version.number}, ${data.label ?? data.name}` }],
      evaluation: { of: 'flight-delay', path },
    };
  }

  function register(version: Version): Stage {
    return {
      stage: 'register',
      program: ['cli/main.ts', 'publish-model', '--model', 'flight-delay', '--artifact', model(version).path, '--description', version.description],
      inputs: [model(version)],
      outputs: [],
      needsPortal: true,
    };
  }

  function score(version: Version, start: WeekStart): Stage {
    const profile = inVersion(version, `profiles/${start}.json`);
    const predictions: Artifact = { name: 'predictions', path: inVersion(version, `predictions/${start}.json`), kind: 'dataset', label: `version ${version.number}, ${start}` };
    return {
      stage: 'score',
      program: [
        step('score'), '--model', model(version).path, '--features', week(start).path, '--reference', reference(version).path,
        '--output', predictions.path, '--profile', profile,
      ],
      inputs: [model(version), week(start), reference(version)],
      outputs: [predictions],
      profile: { of: 'flight-delay', path: profile },
    };
  }

  return {
    files: {
      raw, training, holdout, compared, model, reference,
      evaluation: (version: Version) => inVersion(version, 'evaluation.json'),
      comparison: (version: Version) => inVersion(version, 'evaluation-comparison.json'),
      profile: (version: Version, start: WeekStart) => inVersion(version, `profiles/${start}.json`),
    },
    ingest, ingestAirports, validate, validateAirports, trainingFeatures, monthFeatures, train, profileReference, register, score,
    evaluate: (version: Version) => evaluateOn(version, holdout(version), 'evaluation.json'),
    compare: (version: Version) => evaluateOn(version, compared, 'evaluation-comparison.json'),
  };
}

/** `2001-02` of `2001-02-08`. */
export function monthOf(date: string): string {
  return date.slice(0, 7);
}

/** The date some days later. */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
