// What a version comes with, what lacks, which environments require it, and where it is added.
import { Verdict } from '#components/evidence/verdict.tsx';
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { CodeBlock } from '#components/ui/code-block.tsx';
import { shortDigest } from '#components/ui/digest-format.ts';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { versionHref } from './href.ts';

type Field = { readonly field: string; readonly title: string; readonly present: boolean; readonly detail: string; readonly requiredBy: readonly string[] };
type Dataset = { readonly versionId: string; readonly name: string; readonly digest: string | null; readonly sheet: { readonly own: boolean; readonly missing: readonly string[] } | null };

/** `environment` limits the panel to what one environment requires. */
export function MetadataPanel({ name, version, fields, datasets, environment }: { readonly name: string; readonly version: number; readonly fields: readonly Field[]; readonly datasets: readonly Dataset[]; readonly environment?: string }) {
  const card = `${versionHref(name, version)}/card`;
  const shown = environment === undefined ? fields : fields.filter(({ requiredBy }) => requiredBy.includes(environment));
  if (shown.length === 0) return <p className="text-sm text-ink-2">This environment requires no metadata.</p>;
  const order = (field: Field) => (field.present ? 2 : field.requiredBy.length > 0 ? 0 : 1);
  return (
    <>
      <SimpleTable
        caption="Metadata"
        rows={[...shown].sort((a, b) => order(a) - order(b))}
        rowKey={({ field }) => field}
        columns={[
          { header: 'what', cell: ({ title, present }) => <Verdict state={present ? 'passed' : 'not_evaluated'}>{title}{present ? '' : ': missing'}</Verdict> },
          { header: 'found', wide: true, cell: ({ detail }) => <span className="break-words">{detail}</span> },
          { header: 'required by', cell: ({ requiredBy }) => (requiredBy.length === 0 ? <span className="text-ink-3">none</span> : <span className="inline-flex flex-wrap gap-1">{requiredBy.map((each) => <EnvironmentBadge key={each} name={each} />)}</span>) },
          { header: 'how it is added', wide: true, cell: (field) => <Remedy field={field} card={card} datasets={datasets} /> },
        ]}
      />
      <Disclosure summary="Send a card from a pipeline"><CodeBlock kind="command" code={`jq -Rs '{text: ., basedOn: 0, source: "hugging-face"}' README.md | curl -fsS -H "Authorization: Bearer $GATEHOUSE_TOKEN" -H 'Content-Type: application/json' --data-binary @- "$GATEHOUSE_URL/api/v1/models/${encodeURIComponent(name)}/versions/${version}/card"`} /></Disclosure>
    </>
  );
}

function Remedy({ field: { field, present }, card, datasets }: { readonly field: Field; readonly card: string; readonly datasets: readonly Dataset[] }) {
  switch (field) {
    case 'model_card':
    case 'intended_use':
    case 'licence':
    case 'owner':
      return <TextLink quiet href={present ? card : `${card}?edit=1`}>{present ? 'the model card' : field === 'licence' ? '`license` in the front matter of the model card' : field === 'owner' ? '`owner` in the front matter of the model card' : 'write it in the model card'}</TextLink>;
    case 'datasheet':
      return datasets.length === 0 ? <span className="text-ink-2">report the training run with its inputs</span> : <span className="inline-flex flex-wrap gap-x-2">{datasets.map(({ versionId, name, digest, sheet }) => <TextLink key={versionId} quiet href={`/data/${versionId}/datasheet`}>{name}{digest !== null && datasets.filter((other) => other.name === name).length > 1 ? ` ${shortDigest(digest)}` : ''}{sheet === null ? ': write it' : sheet.missing.length > 0 ? ': complete it' : ''}</TextLink>)}</span>;
    case 'lineage':
      return present ? null : <span className="text-ink-2">report every stage with <code>gatehouse run</code>, files by name</span>;
    case 'performance':
      return present ? null : <span className="text-ink-2">evaluate it with <code>gatehouse run --evaluation MODEL=FILE</code></span>;
    default:
      return present ? null : <span className="text-ink-2">report disparate_impact, statistical_parity_difference and equal_opportunity_difference by group in the evaluation</span>;
  }
}
