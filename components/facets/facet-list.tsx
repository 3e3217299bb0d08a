// FacetList: what was said of a run, a job or data: standard facets and flat ones laid out, all others as they came. Rendered on the server.
import type { Json } from '#components/evidence/diff.ts';
import { JsonView } from '#components/evidence/json-diff.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { facetTitle, plainFacts, readFacet, specificationOf, type FacetReading, type KnownFacet } from '#lib/lineage/facets/index.ts';
import { ChecksFacet } from './checks.tsx';
import { CodeFacet, ErrorFacet, ExtractionFacet, SourceCodeLocationFacet } from './code.tsx';
import { MetricsFacet } from './metrics.tsx';
import { SymlinksFacet } from './names.tsx';
import { EnvironmentFacet, FactsFacet, ParametersFacet, TextFacet } from './pairs.tsx';
import { OwnersFacet, TagsFacet } from './people.tsx';
import { DependenciesFacet, ParentFacet } from './runs.tsx';
import { SchemaFacet } from './schema.tsx';
import { ColumnLineageFacet, LineageFacet } from './sources.tsx';

export type ShownFacet = { readonly name: string; readonly body: unknown; readonly runId?: string; readonly at?: string; /** Where it was said, where that is not the run. */ readonly of?: string };

const rank: Record<FacetReading['state'], number> = { read: 0, unreadable: 1, unknown: 2 };

/** Standard facets open, all others folded. `folded`: known ones that the page shows elsewhere. `<FacetList prefix="run" facets={[{ name: 'schema', body }]} none="Nothing." />` */
export function FacetList({ facets, prefix = 'facet', folded = [], none }: { readonly facets: readonly ShownFacet[]; readonly prefix?: string; readonly folded?: readonly string[]; readonly none: string }) {
  if (facets.length === 0) return <p className="text-sm text-ink-2">{none}</p>;
  const read = facets.map((facet) => ({ ...facet, reading: readFacet(facet.name, facet.body) })).toSorted((a, b) => rank[a.reading.state] - rank[b.reading.state]);
  return (
    <Stack gap="md">
      {read.map(({ name, body, reading, runId, at, of }) => {
        const specification = specificationOf(body);
        const shown = inWords(body, reading);
        return (
          <Disclosure
            key={`${of ?? ''} ${name}`} id={`${prefix}-${name}`} open={reading.state === 'read' && !folded.includes(name)}
            summary={<><FacetName name={name} />{of !== undefined && <span className="text-xs text-ink-3">{of}</span>}{reading.state === 'unreadable' && <Badge tone="stale">not as specified</Badge>}</>}
          >
            {runId !== undefined && at !== undefined && <p className="py-1 text-xs text-ink-3">said by <TextLink href={`/runs/${runId}`}>this run</TextLink>, <Time at={at} /></p>}
            {shown ?? (
              <>
                {reading.state === 'unreadable' && <p className="py-1 text-xs text-stale">It is shown as it came, because {reading.reason}.</p>}
                <JsonView value={body as Json} maxHeight={360} {...(specification !== null && { caption: specification })} />
              </>
            )}
            {shown !== null && <Disclosure summary={<span className="text-xs">As it came{specification === null ? '' : `: ${specification}`}</span>}><JsonView value={body as Json} maxHeight={360} /></Disclosure>}
          </Disclosure>
        );
      })}
    </Stack>
  );
}

/** What is laid out: a standard facet, and one that nobody specified where it is flat. Null: shown as it came alone. */
function inWords(body: unknown, reading: FacetReading): React.ReactElement | null {
  if (reading.state === 'read') return <Known facet={reading.facet} />;
  const facts = reading.state === 'unknown' ? plainFacts(body) : null;
  return facts === null ? null : <FactsFacet facet={{ kind: 'facts', facts: [...facts] }} />;
}

/** In words where it is a standard one, with the key that stands in events. */
function FacetName({ name }: { readonly name: string }) {
  const title = facetTitle(name);
  return title === null ? <span className="font-medium break-all text-ink">{name}</span> : <><span className="font-medium text-ink">{title}</span><code className="text-xs break-all text-ink-3">{name}</code></>;
}

function Known({ facet }: { readonly facet: KnownFacet }) {
  switch (facet.kind) {
    case 'schema': return <SchemaFacet facet={facet} />;
    case 'metrics': return <MetricsFacet facet={facet} />;
    case 'checks': return <ChecksFacet facet={facet} />;
    case 'columnLineage': return <ColumnLineageFacet facet={facet} />;
    case 'lineage': return <LineageFacet facet={facet} />;
    case 'symlinks': return <SymlinksFacet facet={facet} />;
    case 'owners': return <OwnersFacet facet={facet} />;
    case 'tags': return <TagsFacet facet={facet} />;
    case 'sourceCodeLocation': return <SourceCodeLocationFacet facet={facet} />;
    case 'code': return <CodeFacet facet={facet} />;
    case 'error': return <ErrorFacet facet={facet} />;
    case 'extraction': return <ExtractionFacet facet={facet} />;
    case 'parameters': return <ParametersFacet facet={facet} />;
    case 'environment': return <EnvironmentFacet facet={facet} />;
    case 'parent': return <ParentFacet facet={facet} />;
    case 'dependencies': return <DependenciesFacet facet={facet} />;
    case 'facts': return <FactsFacet facet={facet} />;
    case 'text': return <TextFacet facet={facet} />;
  }
}
