// One version of data by id or digest; else one name of data by id, with its versions.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Problem } from '#components/kernel-problem.tsx';
import { AssetPage } from '#components/lineage/asset-view.tsx';
import { VersionPage } from '#components/lineage/version-view.tsx';
import { listEvidence } from '#lib/evidence/index.ts';
import { currentContext } from '#lib/http.ts';
import { listValidations } from '#lib/inventory/index.ts';
import { getAsset, getAssetVersion, getColumns, listAssetVersions, type VersionDetail } from '#lib/lineage/index.ts';

export const metadata: Metadata = { title: 'Data' };

type Search = Record<string, string | string[] | undefined>;

export default async function DataItemPage({ params, searchParams }: { readonly params: Promise<{ id: string }>; readonly searchParams: Promise<Search> }) {
  const id = decoded((await params).id);
  const version = await getAssetVersion.execute(await currentContext(), { id });
  if (version.ok) return <Version version={version.value} />;
  if (version.error.kind !== 'not_found' && version.error.kind !== 'invalid') return <Problem error={version.error} />;
  return <Asset id={id} search={await searchParams} />;
}

/** `sha256%3A…`, as links write a digest. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

async function Version({ version }: { readonly version: VersionDetail }) {
  const context = await currentContext();
  const evidence = version.digest === null ? null : await listEvidence.execute(context, { subject: version.digest, limit: 20 });
  if (evidence !== null && !evidence.ok) return <Problem error={evidence.error} />;
  const columns = await getColumns.execute(context, { id: version.id });
  if (!columns.ok) return <Problem error={columns.error} />;
  const inventory = await listValidations.execute(context, { id: version.id });
  if (!inventory.ok) return <Problem error={inventory.error} />;
  return <VersionPage version={version} inventory={inventory.value} evidence={evidence === null ? null : { items: evidence.value.items, more: evidence.value.older !== null }} columns={columns.value} />;
}

async function Asset({ id, search }: { readonly id: string; readonly search: Search }) {
  const context = await currentContext();
  const found = await getAsset.execute(context, { id });
  if (!found.ok && found.error.kind === 'invalid') notFound();
  if (!found.ok) return <Problem error={found.error} />;
  const cursor = (name: 'after' | 'before') => (typeof search[name] === 'string' ? { [name]: search[name] } : {});
  const asked = { ...cursor('after'), ...cursor('before') };
  const versions = await listAssetVersions.execute(context, { id, ...asked });
  // A cursor that means nothing any more leads to the first page.
  const shown = versions.ok ? versions : await listAssetVersions.execute(context, { id });
  if (!shown.ok) return <Problem error={shown.error} />;
  return <AssetPage detail={found.value} versions={shown.value} first={!versions.ok || Object.keys(asked).length === 0} />;
}
