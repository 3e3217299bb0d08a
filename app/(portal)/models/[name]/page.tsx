// One model: where it runs, and its versions.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { Aliases } from '#components/registry/aliases.tsx';
import { compareHref } from '#components/registry/href.ts';
import { Running } from '#components/registry/running.tsx';
import { VersionsTable } from '#components/registry/versions-table.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { currentContext } from '#lib/http.ts';
import { getModel, listAliases, listAliasMoves } from '#lib/registry/index.ts';
import { EmergencyBanner } from '../../emergency-banner.tsx';
import { setAlias } from '../actions.ts';

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) };
}

export default async function ModelPage({ params }: Props) {
  const context = await currentContext();
  const found = await getModel.execute(context, { name: decodeURIComponent((await params).name) });
  if (!found.ok) return <Problem error={found.error} />;
  const model = found.value;
  const aliases = await listAliases.execute(context, { name: model.name });
  const moves = await listAliasMoves.execute(context, { name: model.name, limit: 50 });
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
      <Stack>
        {aliases.ok && <Section title="Aliases" description="Names that people point at a version. They grant nothing: deployers are answered by digest."><Aliases model={model.name} items={aliases.value.items} moves={moves.ok ? moves.value.items : []} mayMove={aliases.value.mayMove} protectedNames={aliases.value.protectedNames} latest={model.latest?.version ?? 1} set={setAlias} /></Section>}
        <Section title="Versions" description="Select two to compare them."><VersionsTable name={model.name} /></Section>
      </Stack>
    </>
  );
}
