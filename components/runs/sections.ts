// The words for what is compared between two runs, and for the verdict. Pure.
import type { ComparedSection } from '#lib/runs/compare.ts';
import type { Reproduction, ReproductionVerdict } from '#lib/runs/verdict.ts';

export const sectionTitles: Record<ComparedSection, string> = { inputs: 'Inputs', code: 'Code', parameters: 'Parameters', seeds: 'Seeds', packages: 'Packages', environment: 'Environment', metrics: 'Metrics', outputs: 'Outputs' };

export const verdictTitles: Record<ReproductionVerdict, string> = { identical: 'Identical', within_tolerance: 'Within declared tolerance', divergent: 'Divergent', not_comparable: 'Not comparable' };

export const verdictTones: Record<ReproductionVerdict, 'success' | 'warning' | 'danger' | 'info'> = { identical: 'success', within_tolerance: 'success', divergent: 'danger', not_comparable: 'info' };

/** `inputs › lake/raw`, or `state` where section and field are the same word. */
export const fieldText = (first: NonNullable<Reproduction['first']>): string => (first.section === first.field ? first.field : `${first.section} › ${first.field}`);

export const pipelineHref = (name: string, teamId?: string): string => `/runs/pipelines/${encodeURIComponent(name)}${teamId === undefined ? '' : `?team=${teamId}`}`;

/** Values of a list's facet are joined by commas, so one within a value is escaped first. */
const facetValue = (value: string): string => encodeURIComponent(value.replaceAll('%', '%25').replaceAll(',', '%2C'));

export const runsOfPipelineHref = (pipeline: string, stage?: string): string => `/runs?pipeline=${facetValue(pipeline)}${stage === undefined ? '' : `&stage=${facetValue(stage)}`}`;
