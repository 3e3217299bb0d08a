// SourceCodeLocationFacet, CodeFacet, ErrorFacet and ExtractionFacet: where the code lies, what it says, how it failed, and what of it nobody could analyse.
import { CodeBlock } from '#components/ui/code-block.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

/** Addresses come from senders, so only ones that a browser opens harmlessly become links. */
function Address({ value }: { readonly value: string }) {
  return /^https?:\/\//i.test(value) ? <a className="link break-all" href={value} rel="noreferrer noopener nofollow" target="_blank">{value}</a> : <code className="text-xs break-all">{value}</code>;
}

export function SourceCodeLocationFacet({ facet }: { readonly facet: FacetOf<'sourceCodeLocation'> }) {
  const code = (value: string | null) => (value === null ? undefined : <code className="text-xs break-all">{value}</code>);
  return (
    <DescriptionList
      items={[
        { term: 'Version', value: facet.version === null ? undefined : /^[0-9a-f]{40,64}$/i.test(facet.version) ? <Digest value={facet.version} length={12} /> : code(facet.version) },
        { term: 'Address', value: facet.url === null ? undefined : <Address value={facet.url} /> },
        ...(facet.repoUrl === null ? [] : [{ term: 'Repository', value: <Address value={facet.repoUrl} /> }]),
        ...([['Kind', facet.type], ['Branch', facet.branch], ['Tag', facet.tag], ['Path', facet.path], ['Pull request', facet.pullRequestNumber]] as const).flatMap(([term, value]) => (value === null ? [] : [{ term, value: code(value) }])),
      ]}
    />
  );
}

export function CodeFacet({ facet }: { readonly facet: FacetOf<'code'> }) {
  return <CodeBlock code={facet.code} caption={facet.language} maxHeight={360} />;
}

export function ErrorFacet({ facet }: { readonly facet: FacetOf<'error'> }) {
  return (
    <>
      <p className="py-1 text-sm whitespace-pre-wrap">{facet.message}</p>
      {facet.stackTrace !== null && <CodeBlock code={facet.stackTrace} caption={`Stack trace${facet.programmingLanguage === null ? '' : `, ${facet.programmingLanguage}`}`} maxHeight={360} />}
    </>
  );
}

/** What the sender could not analyse. The run itself need not have failed, but its inputs and outputs may be incomplete. */
export function ExtractionFacet({ facet }: { readonly facet: FacetOf<'extraction'> }) {
  return (
    <>
      <p className="py-1 text-sm">{facet.failedTasks}{facet.totalTasks === null ? '' : ` of ${facet.totalTasks}`} {facet.failedTasks === 1 && facet.totalTasks === null ? 'task' : 'tasks'} could not be analysed, so that inputs and outputs may be missing here.</p>
      {facet.errors.map((error, index) => (
        <div key={index} className="py-1">
          <p className="text-sm whitespace-pre-wrap">{error.taskNumber === null ? '' : `Task ${error.taskNumber}: `}{error.message}</p>
          {error.task !== null && <CodeBlock code={error.task} caption="What it was" maxHeight={240} />}
          {error.stackTrace !== null && <CodeBlock code={error.stackTrace} caption="Stack trace" maxHeight={240} />}
        </div>
      ))}
    </>
  );
}
