// RunFacets: everything that events said of a run and its job, what it was made of, and what its job declares. Rendered on the server.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Section } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { RunDetail } from '#lib/runs/schema.ts';
import { FacetList } from './facet-list.tsx';

/** What the page of a run shows in sections of their own; why it failed, where it did. */
const shownAbove = (run: RunDetail['run']) => ['executionParameters', 'environmentVariables', 'sourceCodeLocation', ...(run.state === 'failed' || run.state === 'aborted' ? ['errorMessage'] : [])];
const listed = (facets: RunDetail['runFacets']) => Object.keys(facets).sort().map((name) => ({ name, body: facets[name] }));

export function RunFacets({ detail }: { readonly detail: Pick<RunDetail, 'run' | 'materials' | 'declared' | 'runFacets' | 'jobFacets' | 'declaredJobFacets'> }) {
  const { materials, declared, runFacets, jobFacets, declaredJobFacets } = detail;
  return (
    <>
      {materials.length > 0 && (
        <Section title="Made of" id="materials" description="Code, image and configuration as the run’s events name them.">
          <SimpleTable
            caption="What the run was made of" rows={materials} rowKey={(each) => `${each.assetId} ${each.versionId}`}
            columns={[
              { header: 'What', cell: (each) => <Badge tone="outline">{each.kind}</Badge> },
              { header: 'Name', cell: (each) => <TextLink quiet href={`/data/${each.assetId}`}>{each.name}</TextLink> },
              { header: 'Version', cell: (each) => <span className="inline-flex items-center gap-2"><Digest value={(each.digest ?? each.label ?? '').replace(/\+dirty$/, '')} algorithm={each.digest !== null} length={12} href={`/data/${each.versionId}`} />{each.label?.endsWith('+dirty') === true && <Badge tone="fail">with uncommitted changes</Badge>}{each.quarantined && <Badge tone="fail">quarantined</Badge>}</span> },
            ]}
          />
        </Section>
      )}
      {declared.length > 0 && (
        <Section title="Declared by its job" id="declared" description="What job events say that the job reads and writes. Declared is not observed: these are no edges of this run.">
          <SimpleTable
            caption="Declared datasets" rows={declared} rowKey={(each) => `${each.direction} ${each.assetId}`}
            columns={[{ header: 'Reads or writes', cell: (each) => (each.direction === 'input' ? 'reads' : 'writes') }, { header: 'Dataset', cell: (each) => <TextLink quiet href={`/data/${each.assetId}`}>{each.name}</TextLink> }, { header: 'Namespace', mono: true, cell: (each) => each.namespace }, { header: 'Declared', cell: (each) => <Time at={each.at} /> }]}
          />
        </Section>
      )}
      {Object.keys(runFacets).length > 0 && <Section title="Facets of the run" level={3} id="run-facets"><FacetList prefix="run-facets" facets={listed(runFacets)} folded={shownAbove(detail.run)} none="None." /></Section>}
      {Object.keys(jobFacets).length > 0 && <Section title="Facets of the job, as this run reported them" level={3} id="job-facets"><FacetList prefix="job-facets" facets={listed(jobFacets)} folded={shownAbove(detail.run)} none="None." /></Section>}
      {Object.keys(declaredJobFacets).length > 0 && <Section title="Facets of the job, from events without a run" level={3} id="declared-job-facets"><FacetList prefix="declared-job-facets" facets={listed(declaredJobFacets)} none="None." /></Section>}
    </>
  );
}
