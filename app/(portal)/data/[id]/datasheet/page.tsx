// The datasheet of a dataset version, or of a dataset by its name: read, compared, edited.
import type { Metadata } from 'next';
import { CardEditor } from '#components/cards/card-editor.tsx';
import { CardPage, positive, templateOf, type CardQuery } from '#components/cards/card-page.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getDatasheet, getVersionDatasheet, listDatasheets, listVersionDatasheets, toHuggingFace } from '#lib/cards/index.ts';
import { currentContext } from '#lib/http.ts';
import { writeOfName, writeOfVersion } from './actions.ts';

type Props = { readonly params: Promise<{ id: string }>; readonly searchParams: Promise<CardQuery> };

export const metadata: Metadata = { title: 'Datasheet' };

export default async function DatasheetPage({ params, searchParams }: Props) {
  const { id } = await params;
  const query = await searchParams;
  const context = await currentContext();
  const number = positive(query.number);
  const asked = { id, ...(number && { number }) };
  const ofVersion = await getVersionDatasheet.execute(context, asked);
  const isVersion = ofVersion.ok;
  const seen = isVersion ? ofVersion : await getDatasheet.execute(context, asked);
  if (!seen.ok) return <Problem error={seen.error} />;
  const read = isVersion ? getVersionDatasheet : getDatasheet;
  const versions = await (isVersion ? listVersionDatasheets : listDatasheets).execute(context, { id, limit: 100 });
  if (!versions.ok) return <Problem error={versions.error} />;
  const [from, to] = [positive(query.from), positive(query.to)];
  const before = from ? await read.execute(context, { id, number: from }) : null;
  const after = to ? await read.execute(context, { id, number: to }) : null;
  const compared = from && to && before?.ok && after?.ok && before.value.version && after.value.version ? { from, to, before: toHuggingFace(before.value.version.document), after: toHuggingFace(after.value.version.document) } : null;
  const href = `/data/${id}/datasheet`;
  const { value } = seen;
  const editing = query.edit !== undefined && value.mayWrite;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Data', href: '/data' }, { label: value.subject.name, href: `/data/${id}` }]}
        title="Datasheet"
        meta={`After ‘Datasheets for Datasets’ (Gebru et al., 2021). ${isVersion ? 'Of this version; without one, that of its name speaks for it.' : 'Of the name: it speaks for every version that has none of its own.'}`}
        actions={!editing && value.mayWrite && value.version !== null ? <LinkButton variant="primary" href={`${href}?edit=1`}>{value.fallback ? 'Write one for this version' : 'Edit'}</LinkButton> : undefined}
      />
      <CardPage
        seen={value}
        versions={versions.value.items}
        href={href}
        compared={compared}
        exports={value.version === null || isVersion ? [] : [{ label: 'README.md', href: `/api/v1/assets/${id}/datasheet/file${number ? `?number=${number}` : ''}` }]}
        editor={editing ? <CardEditor kind="datasheet" initial={value.version ? toHuggingFace(value.version.document) : ''} basedOn={value.latestNumber} template={templateOf('datasheet')} target={{ id }} save={isVersion ? writeOfVersion : writeOfName} href={href} /> : null}
      />
    </>
  );
}
