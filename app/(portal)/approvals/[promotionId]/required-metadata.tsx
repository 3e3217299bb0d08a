// What the environment of a request requires a version to come with, and the model card that was decided on.
import { CardDocumentView } from '#components/cards/card-document.tsx';
import { versionHref } from '#components/registry/href.ts';
import { MetadataPanel } from '#components/registry/metadata-panel.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Section } from '#components/ui/section.tsx';
import { getModelCard } from '#lib/cards/index.ts';
import { currentContext } from '#lib/http.ts';
import { getVersionMetadata } from '#lib/registry/index.ts';

export async function RequiredMetadata({ name, version, environment, frozenCard }: { readonly name: string; readonly version: number; readonly environment: string; readonly frozenCard: string | null }) {
  const context = await currentContext();
  const found = await getVersionMetadata.execute(context, { name, version });
  const card = await getModelCard.execute(context, { name, version });
  if (!found.ok) return null;
  const written = card.ok ? card.value.version : null;
  return (
    <Section title="Metadata" id="metadata" description={`What ${environment} requires, as it is now.`} actions={<LinkButton size="sm" href={`${versionHref(name, version)}/card`}>Model card</LinkButton>}>
      {frozenCard !== null && written !== null && written.digest !== frozenCard && <Alert tone="warning" title="The model card is not the one that was frozen with this request">Its newest version came later.</Alert>}
      <MetadataPanel name={name} version={version} fields={found.value.fields} datasets={found.value.datasets} environment={environment} />
      {written !== null && <Disclosure summary={`Model card, version ${written.number}`}><CardDocumentView document={written.document} /></Disclosure>}
    </Section>
  );
}
