// One model: where it runs, and its versions.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { compareHref } from '#components/registry/href.ts';
import { Running } from '#components/registry/running.tsx';
import { VersionsTable } from '#components/registry/versions-table.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section } from '#components/ui/section.tsx';
import { currentContext } from '#lib/http.ts';
import { getModel } from '#lib/registry/index.ts';
import { EmergencyBanner } from '../../emergency-banner.tsx';

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) };
}

export default async function ModelPage({ params }: Props) {
  const found = await getModel.execute(await currentContext(), { name: decodeURIComponent((await params).name) });
  if (!found.ok) return <Problem error={found.error} />;
  const model = found.value;
  const live = model.running.find(({ environment }) => environment === 'production');
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Models', href: '/models' }]}
        title={model.name}
        meta={<><span>{model.teamName}</span><span className="inline-flex items-center gap-2">runs <Running running={model.running} withVersion /></span>{model.openRequest && <TextLink href={`/approvals/${model.openRequest.id}`}>version {model.openRequest.version} is asked for {model.openRequest.environment}</TextLink>}</>}
        actions={live && model.latest && live.version !== model.latest.version ? <LinkButton href={compareHref(model.name, live.version, model.latest.version)}>Compare latest with production</LinkButton> : undefined}
      />
      <EmergencyBanner model={model.name} />
      <Section title="Versions" description="Select two to compare them."><VersionsTable name={model.name} /></Section>
    </>
  );
}
