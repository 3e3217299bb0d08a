// Wire types of the blast radius: everything downstream or upstream of an asset version, as an answer. Safe for the browser.
import { z } from 'zod';
import { environment } from '#lib/policy/schema.ts';

export const impactDirections = ['downstream', 'upstream'] as const;
export type ImpactDirection = (typeof impactDirections)[number];

/** What led here: recorded edges alone; also a label under which one content alone was ever seen; also a label that stood for several contents, one of which this may not concern. */
export const reachedBy = z.enum(['edges', 'label', 'ambiguous_label']);
export type ReachedBy = z.infer<typeof reachedBy>;

const inEnvironment = z.object({ environment, count: z.number().int() });

export const impactModelVersion = z.object({ id: z.guid(), model: z.string(), version: z.number().int(), digest: z.string(), team: z.string(), publishedAt: z.string(), environments: z.array(environment).describe('Where it runs now.'), reachedBy });
export const impactDeployment = z.object({ id: z.guid(), model: z.string(), version: z.number().int(), digest: z.string(), environment, endpoint: z.string(), team: z.string(), deployedAt: z.string(), reachedBy });
export const impactPromotion = z.object({ id: z.guid(), model: z.string(), version: z.number().int(), digest: z.string(), environment, team: z.string(), requestedAt: z.string(), reachedBy });
export const impactIngestion = z.object({ type: z.enum(['version', 'run']), id: z.guid(), name: z.string(), kind: z.string(), digest: z.string().nullable(), at: z.string().nullable(), reachedBy });

/** Of what is counted beside it, as far as it may be seen: what nothing but a label led to. */
export const labelCounts = z.object({ reachedBy, runs: z.number().int(), versions: z.number().int(), modelVersions: z.number().int(), deployments: z.number().int().describe('That run now.'), openPromotions: z.number().int() });
export type LabelCounts = z.infer<typeof labelCounts>;

export const impactCounts = z.object({
  runs: z.number().int(),
  versions: z.number().int().describe('Without the version that was asked about.'),
  versionsByKind: z.array(z.object({ kind: z.string(), count: z.number().int() })),
  modelVersions: z.number().int(),
  deployments: z.array(inEnvironment).describe('That run now.'),
  endedDeployments: z.number().int(),
  openPromotions: z.array(inEnvironment),
  ingestionVersions: z.number().int().describe('Versions that no run produced: where data came in. Upstream alone.'),
  ingestionRuns: z.number().int().describe('Runs that consumed nothing. Upstream alone.'),
  restricted: z.number().int().describe('Of all these kinds, what belongs to teams that you may not see: counted, and nothing more is said of it.'),
  byLabel: z.array(labelCounts).describe('Of those, what was reached only because something was read or written by a label alone: `label` where the label stood for one content, `ambiguous_label` where it stood for several. Empty where no label led anywhere.'),
});
export type ImpactCounts = z.infer<typeof impactCounts>;

export const impactView = z.object({
  version: z.object({ id: z.guid(), digest: z.string().nullable(), label: z.string().nullable() }),
  direction: z.enum(impactDirections),
  complete: z.boolean().describe('False: the time limit came first. What is told was reached by then; there is more.'),
  tookMilliseconds: z.number(),
  counts: impactCounts,
  listed: z.number().int().describe('Of each list below, at most this many are shown; the counts are of all, and the export has all.'),
  modelVersions: z.array(impactModelVersion),
  deployments: z.array(impactDeployment),
  openPromotions: z.array(impactPromotion),
  ingestion: z.array(impactIngestion),
});
export type ImpactView = z.infer<typeof impactView>;

/** One line of the export. */
export const impactItem = z.object({
  type: z.enum(['run', 'version', 'model_version', 'deployment', 'promotion']),
  id: z.guid(), kind: z.string(), name: z.string(), digest: z.string().nullable(), team: z.string(), environment: z.string(), state: z.string(), at: z.string(), reachedBy,
});
export type ImpactItem = z.infer<typeof impactItem>;
export const impactColumns = ['type', 'id', 'kind', 'name', 'digest', 'team', 'environment', 'state', 'at', 'reachedBy'] as const satisfies readonly (keyof ImpactItem)[];

/** A line of the answer with `format=progress`: how far the walk is, and at the end the answer. */
export const impactProgress = z.union([z.object({ reached: z.number().int() }), z.object({ answer: impactView }), z.object({ problem: z.string() })]);
