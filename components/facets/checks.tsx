// ChecksFacet: assertions about a dataset, or the tests of a run; what did not hold comes first.
import { Verdict } from '#components/evidence/verdict.tsx';
import { SimpleTable, type SimpleColumn } from '#components/table/simple-table.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

type Check = FacetOf<'checks'>['checks'][number] & { readonly index: number };
const verdict = (passed: boolean | null) => (passed === null ? 'not_evaluated' : passed ? 'passed' : 'failed');

export function ChecksFacet({ facet }: { readonly facet: FacetOf<'checks'> }) {
  const rows: Check[] = facet.checks.map((check, index) => ({ ...check, index }));
  const column = (header: string, of: (check: Check) => string | null, mono = false): SimpleColumn<Check>[] => (rows.some((row) => of(row) !== null) ? [{ header, mono, cell: (check) => of(check) ?? '' }] : []);
  return (
    <SimpleTable
      caption="Checks" rows={rows} rowKey={(check) => String(check.index)}
      columns={[
        { header: 'Verdict', cell: (check) => <Verdict state={verdict(check.passed)} /> },
        { header: 'Check', cell: (check) => <>{check.name}{check.description !== null && <span className="block text-xs text-ink-3">{check.description}</span>}{check.content !== null && <code className="block text-xs break-all text-ink-3">{check.content}</code>}</> },
        ...column('Column', (check) => check.column),
        ...column('Severity', (check) => check.severity),
        ...column('Expected', (check) => check.expected, true),
        ...column('Found', (check) => check.actual, true),
      ]}
    />
  );
}
