// What verified scans say about one digest: vulnerability statements of in-toto, and test results that are scans. Pure.
import { z } from 'zod';
import type { PolicyInput } from '#lib/policy/index.ts';

export const scanSeverities = ['none', 'low', 'medium', 'high', 'critical'] as const;
export type ScanSeverity = (typeof scanSeverities)[number];

/** One verified scan. `worst` is null where a severity could not be read, which counts as the worst there is. */
export type Scan = {
  readonly evidenceId: string;
  readonly evidenceDigest: string;
  readonly receivedAt: string;
  /** When it ended, and never later than it was received; null: it does not say. */
  readonly finishedAt: string | null;
  readonly scanner: string;
  /** What it found, by the scanner's id; `worst` null: unreadable. */
  readonly found: readonly { readonly id: string; readonly worst: ScanSeverity | null }[];
};

const severityEntry = z.looseObject({ method: z.string().max(200), score: z.union([z.string().max(200), z.number()]) });
const finding = z.looseObject({ id: z.string().max(1_000), severity: z.union([z.array(severityEntry).max(50), severityEntry]).optional() });
/** https://in-toto.io/attestation/vulns v0.1 (whose text nests the id under `vulnerability`, and whose example does not) and v0.2. */
const vulnerabilities = z.looseObject({
  scanner: z.looseObject({ uri: z.string().max(4_000).optional(), result: z.array(z.union([finding, z.looseObject({ vulnerability: finding }).transform(({ vulnerability }) => vulnerability)])).max(100_000) }),
  metadata: z.looseObject({ scanFinishedOn: z.iso.datetime({ offset: true }).optional() }).optional(),
});

const words: Readonly<Record<string, ScanSeverity>> = { critical: 'critical', high: 'high', important: 'high', medium: 'medium', moderate: 'medium', low: 'low', minor: 'low', negligible: 'low', none: 'none', info: 'none', informational: 'none' };

/** A score in words, or a CVSS base score (FIRST, CVSS v3.1, section 5: the qualitative scale); null: neither. */
function severityOf({ method, score }: z.infer<typeof severityEntry>): ScanSeverity | null {
  const text = String(score).trim().toLowerCase();
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return word;
  if (!/^\d{1,2}(\.\d+)?$/.test(text) || !/cvss|nvd/i.test(method)) return null;
  const value = Number(text);
  return value > 10 ? null : value >= 9 ? 'critical' : value >= 7 ? 'high' : value >= 4 ? 'medium' : value > 0 ? 'low' : 'none';
}

const rank = (severity: ScanSeverity | null): number => (severity === null ? scanSeverities.length : scanSeverities.indexOf(severity));

/** The worst of the methods that can be read; unreadable where none can (a probability of exploitation is no severity). */
function worstOf(severity: z.infer<typeof finding>['severity']): ScanSeverity | null {
  const known = [severity ?? []].flat().map(severityOf).filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((worst, one) => (rank(one) > rank(worst) ? one : worst));
}

const notLater = (moment: string | undefined, receivedAt: string): string | null => (moment === undefined ? null : new Date(Math.min(Date.parse(moment), Date.parse(receivedAt))).toISOString());

type From = Pick<Scan, 'evidenceId' | 'evidenceDigest' | 'receivedAt'>;

/** A vulnerability statement as a scan. One whose result cannot be read found something unreadable: it is never clean. */
export function scanOfVulnerabilities(from: From, predicate: unknown): Scan {
  const parsed = vulnerabilities.safeParse(predicate);
  if (!parsed.success) return { ...from, finishedAt: null, scanner: 'unreadable', found: [{ id: 'a result that cannot be read', worst: null }] };
  const { scanner, metadata } = parsed.data;
  return { ...from, finishedAt: notLater(metadata?.scanFinishedOn, from.receivedAt), scanner: scanner.uri ?? 'unnamed scanner', found: scanner.result.map(({ id, severity }) => ({ id, worst: worstOf(severity) })) };
}

type Tested = { readonly result: string; readonly configuration: readonly { readonly name?: string | undefined; readonly uri?: string | undefined }[]; readonly passedTests: readonly string[]; readonly otherTests: readonly string[] };

/** A test result is a scan where its configuration is one by name (`modelscan.toml`, `scan/…`). It has no time of its own: the time of receipt counts. */
export function scanOfTestResult(from: From, { result, configuration, otherTests }: Tested): Scan | null {
  const named = configuration.find(({ name, uri }) => /scan/i.test(`${name ?? ''} ${uri ?? ''}`));
  if (!named) return null;
  const failed = result === 'PASSED' && otherTests.length === 0 ? [] : otherTests.length > 0 ? otherTests : [`result ${result}`];
  return { ...from, finishedAt: from.receivedAt, scanner: named.uri ?? named.name ?? 'scan', found: failed.map((id) => ({ id, worst: 'critical' as const })) };
}

/** The scanner without its version: `pkg:github/aquasecurity/trivy@244f…` and a later one are the same scanner. */
const scannerName = ({ scanner }: Scan): string => scanner.replace(/[@#?].*$/, '');
const timeOf = ({ finishedAt }: Scan): string => finishedAt ?? '';
const day = 86_400_000;

export type ScanLimits = { readonly freshDays: number; readonly threshold: ScanSeverity };
export type ScanVerdict = NonNullable<PolicyInput['assurance']['scan']>;

/**
 * What scans amount to at a moment; null: there is none. Of each scanner its newest scan speaks (of two at the same moment,
 * both); where several scanners spoke within the days of freshness all of them must find nothing at or above the
 * threshold. Where nothing is fresh the newest of all speaks, as too old.
 */
export function scanVerdict(scans: readonly Scan[], limits: ScanLimits, now: string): ScanVerdict | null {
  if (scans.length === 0) return null;
  const newestOf = (some: readonly Scan[]): Scan[] => {
    const newest = some.map(timeOf).sort().at(-1) ?? '';
    return some.filter((scan) => timeOf(scan) === newest);
  };
  const isFresh = (scan: Scan): boolean => scan.finishedAt !== null && Date.parse(now) - Date.parse(scan.finishedAt) < limits.freshDays * day;
  const speaking = [...Map.groupBy(scans, scannerName).values()].flatMap(newestOf);
  const fresh = speaking.filter(isFresh);
  // A scan without a time cannot be shown to be older than the others, so it is heard.
  const heard = fresh.length > 0 ? [...fresh, ...speaking.filter(({ finishedAt }) => finishedAt === null)] : newestOf(speaking);
  const bad = heard.flatMap(({ found }) => found.filter(({ worst }) => rank(worst) >= rank(limits.threshold)));
  const ids = [...new Set(bad.map(({ id, worst }) => `${id} (${worst ?? 'severity unreadable'})`))].sort();
  // No times: scanning again with the same outcome must not make anything stale.
  const detail = ids.length === 0 ? `nothing at or above ${limits.threshold}` : `${ids.length} at or above ${limits.threshold}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ' …' : ''}`;
  return { clean: bad.length === 0, fresh: fresh.length > 0, tool: [...new Set(heard.map(scannerName))].sort().join(', '), detail };
}
