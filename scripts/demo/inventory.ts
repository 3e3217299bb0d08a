// The demo's data inventory: its two sources, proposed by the engineer and approved by security, and what the validation of a month found.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { trouble } from '#scripts/trouble.ts';
import type { Client } from './client.ts';
import type { Account } from './organisation.ts';

type Clients = Readonly<Record<Account, Client>>;
type Source = { readonly name: string; readonly description: string; readonly classification: string; readonly licence: string; readonly datasets: readonly string[] };

const namespace = 'flight-delays';
const halfAYear = 180 * 86_400_000;

const sources: readonly Source[] = [
  {
    name: 'US flights 2001', classification: 'internal', licence: 'BSD-3-Clause', datasets: ['flights-raw', 'flights-raw-1-before', 'flights-raw-2-before'],
    description: 'A sample of the on-time performance data that airlines report to the US Bureau of Transportation Statistics, as vega-datasets packs it. Cancelled flights are not in it.',
  },
  { name: 'US airports', classification: 'public', licence: 'Data.gov, US government work', datasets: ['airports'], description: 'Airports with code, state and coordinates, from Data.gov, as vega-datasets packs them.' },
];

/** Proposes the sources as engineer and approves them as security. Both are read by training and by validation. */
export async function registerSources(clients: Clients, teamId: string, say: (line: string) => void): Promise<void> {
  for (const { datasets, ...source } of sources) {
    const { sourceId } = await clients.engineer.post<{ sourceId: string }>('/api/v1/data-sources', {
      teamId, ...source, uses: ['exploration', 'training', 'evaluation', 'testing', 'inference'],
      names: datasets.map((name) => ({ namespace, name })), ingestion: [{ namespace, name: 'flight-delays.ingest' }],
    });
    const { contentDigest } = await clients.security.get<{ contentDigest: string }>(`/api/v1/data-sources/${sourceId}`);
    await clients.security.post(`/api/v1/data-sources/${sourceId}/approve`, { contentDigest, expiresAt: new Date(Date.now() + halfAYear).toISOString(), reason: 'Licence and origin checked; no personal data.' });
  }
  say('Two data sources: proposed by the engineer, approved by security for half a year');
}

type Report = { result: string; tests: { name: string; column: string | null; status: string; expected: string; actual: string }[] };

/** Sends what the pipeline's own validation of a file found, in the layout of Great Expectations 1.x, to the version with these bytes. */
export async function sendValidation(portal: string, { engineer }: Clients, token: string, file: string, reportFile: string): Promise<void> {
  const digest = `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  const { id } = await engineer.get<{ id: string }>(`/api/v1/asset-versions/${digest}`);
  const { tests } = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const results = tests.map(({ name, column, status, expected, actual }) => ({
    success: status === 'passed', expectation_config: { type: name, kwargs: { ...(column === null ? {} : { column }), expected }, meta: {} }, result: { observed_value: actual }, exception_info: { raised_exception: false, exception_message: null, exception_traceback: null }, meta: {},
  }));
  const successful = results.filter(({ success }) => success).length;
  const body = { success: successful === results.length, suite_name: 'flight-delays contract', results, statistics: { evaluated_expectations: results.length, successful_expectations: successful, unsuccessful_expectations: results.length - successful, success_percent: (100 * successful) / results.length }, meta: {} };
  const response = await fetch(`${portal}/api/v1/asset-versions/${id}/validations`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw trouble(`The validation result was answered with ${String(response.status)}: ${(await response.text()).slice(0, 500)}`);
}
