// The page of a document: the version that is read, its history, a comparison of two versions, or the editor.
import type { ReactNode } from 'react';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { Columns, Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { sectionsOf, type CardKind, type CardVersionSummary, type CardView } from '#lib/cards/schema.ts';
import { CardDiff } from './card-diff.tsx';
import { CardDocumentView } from './card-document.tsx';

export const cardWords: Readonly<Record<CardKind, string>> = { model_card: 'model card', datasheet: 'datasheet' };

/** The headings of the paper that the kind follows, to be filled in. */
export const templateOf = (kind: CardKind): string => `---\nlicense: \n---\n\n${sectionsOf(kind).map(({ title, what }) => `## ${title}\n\n<!-- ${what} -->\n`).join('\n')}`;

/** What the address asks for: `number`, `from` and `to` for a comparison, `edit`. */
export type CardQuery = { readonly number?: string | undefined; readonly from?: string | undefined; readonly to?: string | undefined; readonly edit?: string | undefined };
export const positive = (text: string | undefined): number | undefined => (text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined);

/** `compared` is the text of two versions, where two were asked for. */
export function CardPage({ seen, versions, href, compared, editor, exports }: { readonly seen: CardView; readonly versions: readonly CardVersionSummary[]; readonly href: string; readonly compared: { readonly from: number; readonly to: number; readonly before: string; readonly after: string } | null; readonly editor: ReactNode; readonly exports: readonly { readonly label: string; readonly href: string }[] }) {
  const { version, subject } = seen;
  const word = cardWords[subject.kind];
  if (editor) return <Section title={seen.latestNumber === 0 ? `Write the ${word}` : `Edit the ${word}`} description="Each writing is a version of its own, under its digest; none is ever changed.">{editor}</Section>;
  if (version === null) return <EmptyState kind="nothing-yet" title={`There is no ${word} yet`} description={subject.kind === 'model_card' ? 'It says what the model is for, what it was made from, and where its limits are.' : 'It says why the data was collected, what is in it, and what it should not be used for.'} action={seen.mayWrite ? <LinkButton variant="primary" href={`${href}?edit=1`}>Write it</LinkButton> : undefined} />;
  return (
    <Stack>
      {seen.fallback && <Alert tone="info" title="This version has no datasheet of its own: that of its name speaks for it." />}
      {!version.latest && <Alert tone="warning" title={`This is version ${version.number}, not the newest`} actions={<LinkButton size="sm" href={href}>The newest</LinkButton>} />}
      {version.missing.length > 0 && <Alert tone="warning" title={`Sections without text: ${version.missing.join(', ')}`}>A heading with nothing but a placeholder under it counts as missing.</Alert>}
      {compared && <Section title={`Version ${compared.from} and version ${compared.to}`} actions={<LinkButton size="sm" href={href}>Close</LinkButton>}><CardDiff before={compared.before} after={compared.after} labels={{ before: `version ${compared.from}`, after: `version ${compared.to}` }} /></Section>}
      <Columns
        aside={(
          <Section title="Versions" level={3} actions={<>{exports.map((file) => <LinkButton key={file.href} size="sm" download href={file.href}>{file.label}</LinkButton>)}</>}>
            <SimpleTable
              caption={`Versions of the ${word}`}
              rows={versions}
              rowKey={({ id }) => id}
              columns={[
                { header: 'version', cell: ({ number, missing }) => <><TextLink quiet href={`${href}?number=${number}`}>{number}</TextLink> {missing.length > 0 && <Badge>{missing.length} missing</Badge>}</> },
                { header: 'by', cell: ({ author, at, note }) => <><span>{author.name}</span>, <Time at={at} />{note !== '' && <span className="block text-ink-2">{note}</span>}</> },
                { header: '', cell: ({ number }) => (number > 1 ? <TextLink quiet href={`${href}?from=${number - 1}&to=${number}`}>changes</TextLink> : null) },
              ]}
            />
          </Section>
        )}
      >
        <Section title={`Version ${version.number}`} description={`${version.source === 'editor' ? 'Written here' : version.source === 'cyclonedx' ? 'From a CycloneDX BOM' : 'From a card of the Hugging Face Hub'}, by ${version.author.name}.`} actions={<Digest value={version.digest} algorithm />}>
          <CardDocumentView document={version.document} />
        </Section>
      </Columns>
    </Stack>
  );
}
