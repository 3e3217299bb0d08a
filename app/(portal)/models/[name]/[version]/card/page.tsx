// The model card of a version: read, compared, edited.
import type { Metadata } from 'next';
import { CardEditor } from '#components/cards/card-editor.tsx';
import { CardPage, positive, templateOf, type CardQuery } from '#components/cards/card-page.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { modelHref, versionHref } from '#components/registry/href.ts';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { getModelCard, listModelCards, toHuggingFace } from '#lib/cards/index.ts';
import { currentContext } from '#lib/http.ts';
import { write } from './actions.ts';

type Props = { readonly params: Promise<{ name: string; version: string }>; readonly searchParams: Promise<CardQuery> };

export const metadata: Metadata = { title: 'Model card' };

export default async function ModelCardPage({ params, searchParams }: Props) {
  const { name: written, version: text } = await params;
  const [name, version] = [decodeURIComponent(written), positive(text) ?? 0];
  const query = await searchParams;
  const context = await currentContext();
  const subject = { name, version };
  const number = positive(query.number);
  const seen = await getModelCard.execute(context, { ...subject, ...(number && { number }) });
  const versions = await listModelCards.execute(context, { ...subject, limit: 100 });
  if (!seen.ok) return <Problem error={seen.error} />;
  if (!versions.ok) return <Problem error={versions.error} />;
  const [from, to] = [positive(query.from), positive(query.to)];
  const before = from ? await getModelCard.execute(context, { ...subject, number: from }) : null;
  const after = to ? await getModelCard.execute(context, { ...subject, number: to }) : null;
  const compared = from && to && before?.ok && after?.ok && before.value.version && after.value.version ? { from, to, before: toHuggingFace(before.value.version.document), after: toHuggingFace(after.value.version.document) } : null;
  const href = `${versionHref(name, version)}/card`;
  const file = (format: string) => `/api/v1/models/${encodeURIComponent(name)}/versions/${version}/card/file?format=${format}${number ? `&number=${number}` : ''}`;
  const editing = query.edit !== undefined && seen.value.mayWrite;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Models', href: '/models' }, { label: name, href: modelHref(name) }, { label: `${name} ${version}`, href: versionHref(name, version) }]}
        title="Model card"
        meta="After ‘Model Cards for Model Reporting’ (Mitchell et al., 2019)."
        actions={!editing && seen.value.mayWrite && seen.value.version !== null ? <LinkButton variant="primary" href={`${href}?edit=1`}>Edit</LinkButton> : undefined}
      />
      <CardPage
        seen={seen.value}
        versions={versions.value.items}
        href={href}
        compared={compared}
        exports={seen.value.version === null ? [] : [{ label: 'README.md', href: file('hugging-face') }, { label: 'CycloneDX', href: file('cyclonedx-1.7') }]}
        editor={editing ? <CardEditor kind="model_card" initial={seen.value.version ? toHuggingFace(seen.value.version.document) : ''} basedOn={seen.value.latestNumber} template={templateOf('model_card')} about={subject} target={subject} save={write} href={href} /> : null}
      />
    </>
  );
}
