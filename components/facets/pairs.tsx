// ParametersFacet, EnvironmentFacet, FactsFacet and TextFacet: names with values, and plain words.
import { Markdown } from '#components/cards/markdown.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

export function ParametersFacet({ facet }: { readonly facet: FacetOf<'parameters'> }) {
  if (facet.parameters.length === 0) return <p className="text-sm text-ink-2">No parameter.</p>;
  return (
    <SimpleTable
      caption="Parameters" rows={facet.parameters.map((parameter, index) => ({ ...parameter, index }))} rowKey={(parameter) => String(parameter.index)}
      columns={[{ header: 'Parameter', mono: true, cell: (parameter) => parameter.key }, { header: 'Value', mono: true, cell: (parameter) => parameter.value ?? '' }, ...(facet.parameters.some(({ name, description }) => (name ?? description) !== null) ? [{ header: 'What it is', cell: (parameter: FacetOf<'parameters'>['parameters'][number]) => [parameter.name, parameter.description].filter((part) => part !== null).join(': ') }] : [])]}
    />
  );
}

export function EnvironmentFacet({ facet }: { readonly facet: FacetOf<'environment'> }) {
  return (
    <SimpleTable
      caption="Environment variables; secrets were removed before storing" captionHidden={false} rows={facet.variables.map((variable, index) => ({ ...variable, index }))} rowKey={(variable) => String(variable.index)}
      columns={[{ header: 'Name', mono: true, cell: (variable) => variable.name }, { header: 'Value', mono: true, cell: (variable) => variable.value ?? '' }]}
    />
  );
}

export function FactsFacet({ facet }: { readonly facet: FacetOf<'facts'> }) {
  const known = facet.facts.filter(([, value]) => value !== null);
  if (known.length === 0) return <p className="text-sm text-ink-2">It says nothing.</p>;
  return <DescriptionList items={known.map(([term, value]) => ({ term, value: <span className="break-all">{value}</span> }))} />;
}

export function TextFacet({ facet }: { readonly facet: FacetOf<'text'> }) {
  if (facet.text.trim() === '') return <p className="text-sm text-ink-2">It says nothing.</p>;
  if (facet.markdown) return <Markdown text={facet.text} />;
  return <p className="max-w-prose py-1 text-sm whitespace-pre-wrap">{facet.text}</p>;
}
