// What validations say of a version, from three places, each as strong as it is: proven by a verified attestation, else claimed.
import type { ReadTx } from '#lib/db/client.ts';
import { evidenceForSubject, TEST_RESULT_TYPE } from '#lib/evidence/index.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { readFacet } from '#lib/lineage/index.ts';
import type { ExpectationResult, ValidationView } from './schema.ts';
import { assertionsOf } from './store/lists.ts';
import { teamsOfVersion, validationsOf } from './store/validations.ts';

const mostTeams = 20;
const mostShown = 5_000;
const key = ({ expectation, column }: Pick<ExpectationResult, 'expectation' | 'column'>): string => `${expectation}\u0000${column ?? ''}`;

/** How strong a claimed result is beside what verified attestations say of the same tests of the same columns. Pure. */
export function strengthBeside(results: readonly ExpectationResult[], attested: ReadonlyMap<string, boolean>): ValidationView['strength'] {
  const said = results.map((result) => ({ passed: result.passed, attested: attested.get(key(result)) }));
  if (said.some((each) => each.attested !== undefined && each.attested !== each.passed)) return 'contradicted';
  return said.length > 0 && said.every((each) => each.attested === each.passed) ? 'proven' : 'claimed';
}

const failedFirst = (results: readonly ExpectationResult[]): ExpectationResult[] => [...results].sort((a, b) => Number(a.passed) - Number(b.passed)).slice(0, mostShown);
const bare = { severity: null, observed: null, unexpectedPercent: null, exception: null };

async function attestedOf(tx: ReadTx, teams: TeamFilter, versionId: string, digest: string): Promise<ValidationView[]> {
  const views: ValidationView[] = [];
  for (const teamId of await teamsOfVersion(tx, teams, versionId, mostTeams)) {
    for (const evidence of await evidenceForSubject(tx, { digest, teamId })) {
      if (evidence.predicateType !== TEST_RESULT_TYPE || evidence.predicate?.kind !== 'test_result') continue;
      const { value } = evidence.predicate;
      const told = value.gatehouse_tests?.map(({ name, column, status }) => ({ ...bare, expectation: name, column, passed: status === 'passed' }));
      const results = told ?? [...(value.passedTests ?? []).map((name) => ({ ...bare, expectation: name, column: null, passed: true })), ...[...(value.failedTests ?? []), ...(value.warnedTests ?? [])].map((name) => ({ ...bare, expectation: name, column: null, passed: false }))];
      views.push({
        id: evidence.evidenceId, kind: 'attestation', strength: evidence.verdict === 'passed' ? 'proven' : 'claimed', suite: null, tool: 'in-toto test result', success: value.result === 'PASSED', evaluated: results.length,
        failed: results.filter(({ passed }) => !passed).length, results: failedFirst(results), at: evidence.receivedAt, by: evidence.verdict === 'passed' ? 'signed by a trusted key' : 'its signature does not verify', href: `/evidence/${evidence.evidenceId}`, digest: evidence.evidenceDigest,
      });
    }
  }
  return views;
}

/** What is said of a version, newest first within each kind; attestations first. */
export async function validationViews(tx: ReadTx, teams: TeamFilter, versionId: string, digest: string | null): Promise<ValidationView[]> {
  const attested = digest === null ? [] : await attestedOf(tx, teams, versionId, digest);
  const byTest = new Map<string, boolean>();
  for (const view of [...attested].sort((a, b) => (a.at < b.at ? -1 : 1))) if (view.strength === 'proven') for (const result of view.results) byTest.set(key(result), result.passed);
  const sent = (await validationsOf(tx, teams, versionId)).map((row): ValidationView => ({
    id: row.id, kind: 'great_expectations', strength: strengthBeside(row.expectations, byTest), suite: row.suite, tool: row.toolVersion === null ? `Great Expectations layout, ${row.format === 'great_expectations_1' ? '1.x' : '0.x'}` : `Great Expectations ${row.toolVersion}`,
    success: row.success, evaluated: row.evaluated, failed: row.failed, results: failedFirst(row.expectations), at: row.validatedAt ?? row.receivedAt, by: row.accountName ?? row.personName ?? '', href: null, digest: row.digest,
  }));
  const reported = (await assertionsOf(tx, teams, versionId)).flatMap((row): ValidationView[] => {
    const reading = readFacet(row.name, row.body);
    if (reading.state !== 'read' || reading.facet.kind !== 'checks') return [];
    const results = reading.facet.checks.slice(0, 2_000).map((check): ExpectationResult => ({ ...bare, expectation: check.name, column: check.column, passed: check.passed === true, severity: check.severity, observed: check.actual }));
    const failed = results.filter(({ passed }) => !passed).length;
    return [{ id: row.runId, kind: 'openlineage', strength: strengthBeside(results, byTest), suite: null, tool: 'OpenLineage assertions', success: failed === 0, evaluated: results.length, failed, results: failedFirst(results), at: row.at, by: row.job, href: `/runs/${row.runId}`, digest: null }];
  });
  return [...attested, ...sent, ...reported];
}
