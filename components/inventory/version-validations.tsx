// What validations say of a version, and the sources that it belongs to. Rendered on the server.
import { Strength, Verdict } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { CodeBlock } from '#components/ui/code-block.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { z } from 'zod';
import type { validationList, ValidationView } from '#lib/inventory/schema.ts';
import { ClassificationMark, SourceStateMark } from './marks.tsx';
import { sourceHref } from './words.ts';

export type Inventory = z.infer<typeof validationList>;

export function VersionSources({ sources }: { readonly sources: Inventory['sources'] }) {
  if (sources.length === 0) return <>none that you may see</>;
  return <ul className="flex flex-col gap-1">{sources.map((source) => <li key={source.id} className="flex flex-wrap items-center gap-1"><TextLink quiet href={sourceHref(source.id)}>{source.name}</TextLink><ClassificationMark level={source.classification} /><SourceStateMark state={source.state} /></li>)}</ul>;
}

export function VersionValidations({ versionId, items }: { readonly versionId: string; readonly items: readonly ValidationView[] }) {
  if (items.length === 0) {
    return (
      <>
        <p className="text-sm text-ink-2">Nobody has said that these bytes were tested. A signed test result proves it; a Great Expectations result, or assertions that a run reports, claim it.</p>
        <CodeBlock kind="command" caption="Sends a Great Expectations result" code={`curl --fail-with-body -H "Authorization: Bearer $GATEHOUSE_TOKEN" -H 'Content-Type: application/json' --data-binary @validation.json "$GATEHOUSE_URL/api/v1/asset-versions/${versionId}/validations"`} />
      </>
    );
  }
  return <ul>{items.map((item) => <li key={`${item.kind} ${item.id}`} className="border-t border-line py-2 first:border-t-0"><One item={item} /></li>)}</ul>;
}

function One({ item }: { readonly item: ValidationView }) {
  const failed = item.results.filter(({ passed }) => !passed);
  const passed = item.results.filter((result) => result.passed);
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 text-sm">
        <Verdict state={item.success ? 'passed' : 'failed'} /><Strength state={item.strength} />
        <span>{item.href === null ? item.tool : <TextLink quiet href={item.href}>{item.tool}</TextLink>}{item.suite === null ? '' : ` · ${item.suite}`}</span>
        <span className="text-ink-2">{item.failed} of {item.evaluated} failed</span>
        <span className="text-ink-2">{item.by}, <Time at={item.at} /></span>
        {item.digest !== null && <Digest value={item.digest} />}
      </p>
      {failed.length > 0 && <Results caption="Failed" results={failed} />}
      {passed.length > 0 && <Disclosure summary={`${passed.length} passed`}><Results caption="Passed" results={passed} /></Disclosure>}
    </>
  );
}

const shown = 200;

function Results({ caption, results }: { readonly caption: string; readonly results: ValidationView['results'] }) {
  return (
    <>
      <SimpleTable
        caption={caption} rows={results.slice(0, shown).map((result, n) => ({ ...result, n }))} rowKey={(result) => String(result.n)}
        columns={[
          { header: 'Verdict', cell: (result) => <Verdict state={result.passed ? 'passed' : 'failed'} /> },
          { header: 'Expectation', cell: (result) => <span className="font-mono text-xs break-all">{result.expectation}</span> },
          { header: 'Column', cell: (result) => <span className="font-mono text-xs break-all">{result.column ?? ''}</span> },
          { header: 'Observed', cell: (result) => <span className="break-all">{result.exception ?? result.observed ?? (result.unexpectedPercent === null ? '' : `${result.unexpectedPercent.toLocaleString('en', { maximumFractionDigits: 3 })} % unexpected`)}</span> },
        ]}
      />
      {results.length > shown && <p className="text-xs text-ink-3">The first {shown} of {results.length} are shown.</p>}
    </>
  );
}
