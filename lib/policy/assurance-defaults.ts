// How old a report may be, and what a scan may find, where a policy has no parameter of the same name. Pure.
import type { PolicyContent } from './schema.ts';

export const assuranceDefaults = { scanFreshDays: 30, scanSeverityThreshold: 'high', endpointFreshDays: 7, reproductionFreshDays: 90 } as const;

/** The same as parameters of a policy, so that two people change them like any other number of it. */
export const assuranceParameters: PolicyContent['parameters'] = {
  scanFreshDays: { value: assuranceDefaults.scanFreshDays, meaning: 'Days for which a scan of the artifact or of the training image counts as fresh.' },
  scanSeverityThreshold: { value: assuranceDefaults.scanSeverityThreshold, meaning: 'A scan is clean when it found nothing of this severity or worse: low, medium, high, critical.' },
  endpointFreshDays: { value: assuranceDefaults.endpointFreshDays, meaning: 'Days for which a report about an endpoint counts.' },
  reproductionFreshDays: { value: assuranceDefaults.reproductionFreshDays, meaning: 'Days for which a repetition of the training counts as fresh.' },
};
