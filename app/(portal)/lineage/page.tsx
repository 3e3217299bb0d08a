// Lineage around any node: a run, a version, a name of data, a model.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { lineageHref, readAddress, type LineageAddress } from '#components/lineage/address.ts';
import { AsOf, LineageControls } from '#components/lineage/lineage-controls.tsx';
import { LineageView } from '#components/lineage/lineage-view.tsx';
import { NodePicker } from '#components/lineage/node-picker.tsx';
import { StartingPoints } from '#components/lineage/starting-points.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Stack } from '#components/ui/section.tsx';
import { currentContext } from '#lib/http.ts';
import { getGraph, listAssets } from '#lib/lineage/index.ts';
import { getModel, listModels } from '#lib/registry/index.ts';
import { listRuns } from '#lib/runs/index.ts';

export const metadata: Metadata = { title: 'Lineage' };

const introduction = 'What led to a run, data or a model, and what came of it: as runs reported it, joined by digest.';

export default async function LineagePage({ searchParams }: { readonly searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const address = readAddress(await searchParams);
  return address.node === null ? <Start /> : <Around address={address} node={address.node} />;
}

async function Start() {
  const context = await currentContext();
  const models = await listModels.execute(context, { sort: '-createdAt', limit: 8 });
  if (!models.ok) return <Problem error={models.error} />;
  const runs = await listRuns.execute(context, { level: 'executions', limit: 8 });
  if (!runs.ok) return <Problem error={runs.error} />;
  const assets = await listAssets.execute(context, { sort: '-created', limit: 8 });
  if (!assets.ok) return <Problem error={assets.error} />;
  return (
    <>
      <PageHeader title="Lineage" meta={introduction} />
      <Stack>
        <NodePicker />
        <StartingPoints models={models.value.items} runs={runs.value.items} assets={assets.value.items} />
      </Stack>
    </>
  );
}

/** A model stands for the bytes of its latest version. */
async function resolved(node: string): Promise<string> {
  if (!node.startsWith('model:')) return node;
  const model = await getModel.execute(await currentContext(), { name: node.slice('model:'.length) });
  return model.ok && model.value.latest !== null ? model.value.latest.digest : node;
}

async function Around({ address: asked, node }: { readonly address: LineageAddress; readonly node: string }) {
  const address: LineageAddress = { ...asked, node: await resolved(node), to: asked.to === null ? null : await resolved(asked.to) };
  const { up, down, shape, asOf, to, around, group, open, expand } = address;
  const found = await getGraph.execute(await currentContext(), {
    node: address.node ?? node, up, down, shape, around: around ? 'true' : 'false', open: [...open], expand: [...expand], ...(asOf !== null && { asOf }), ...(to !== null && { to }), ...(group !== null && { group }),
  });
  if (!found.ok && found.error.kind !== 'not_found') return <Problem error={found.error} />;
  if (!found.ok) {
    return (
      <>
        <PageHeader crumbs={[{ label: 'Lineage', href: '/lineage' }]} title="Nothing to draw" />
        <EmptyState kind="not-permitted" title="No run, data or model that you may see is named so" description={<>The address asks for <code className="break-all">{node}</code>{asOf === null ? '' : ` as it was known ${asOf.slice(0, 19).replace('T', ' ')} UTC`}. It takes <code>run:</code>, <code>version:</code>, <code>asset:</code>, <code>deployment:</code> or <code>model:</code> with an id or name, or a digest <code>sha256:…</code>.</>} action={asOf === null ? <LinkButton href="/lineage">Start elsewhere</LinkButton> : <LinkButton href={lineageHref({ ...address, asOf: null })}>As it is known now</LinkButton>} />
        <NodePicker />
      </>
    );
  }
  const graph = found.value;
  // Of columns, the data that has them is what the page is about.
  const about = shape !== 'columns' ? found : await getGraph.execute(await currentContext(), { node: address.node ?? node, up: 0, down: 0, ...(asOf !== null && { asOf }) });
  const named = about.ok ? about.value : graph;
  const focus = named.nodes.filter((each) => named.focus.includes(each.id));
  const [only] = focus;
  const title = only === undefined ? 'Lineage' : focus.length === 1 ? only.label : `${only.label} and ${focus.length - 1} more`;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Lineage', href: '/lineage' }]}
        title={`${shape === 'columns' ? 'Columns' : 'Lineage'} of ${title}`}
        meta={focus.length === 1 && only !== undefined ? <><span>{only.kind}</span>{only.digest === null ? <span>{only.detail}</span> : <Digest value={only.digest} algorithm />}</> : <span>{focus.length} nodes to begin with</span>}
        actions={focus.length === 1 && only !== undefined && only.href !== null ? <LinkButton href={only.href}>Open {only.kind}</LinkButton> : undefined}
      />
      <div className="no-print mb-2 flex flex-wrap gap-x-6">
        <Disclosure summary="Draw another"><NodePicker /></Disclosure>
        <Disclosure key={asOf ?? 'now'} summary={asOf === null ? 'As of a moment…' : `As of ${asOf.slice(0, 16).replace('T', ' ')} UTC`} open={asOf !== null}><AsOf address={address} /></Disclosure>
        {shape !== 'columns' && <Disclosure summary="Find a path to…"><NodePicker label="The shortest path to" verb="Find" pathFrom={address} /></Disclosure>}
      </div>
      <LineageControls address={address} />
      <LineageView key={`${address.node ?? ''} ${shape} ${group ?? ''} ${to ?? ''}`} graph={graph} address={address} label={`${shape === 'columns' ? 'Columns' : 'Lineage'} of ${title}`} />
    </>
  );
}
