// LineageFrame: look-alikes that were unfolded, around their grid, with the way back.
'use client';

import type { Node, NodeProps } from '@xyflow/react';
import { FoldVertical } from 'lucide-react';
import { memo } from 'react';
import type { Frame } from './fold.ts';

export type LineageFrameData = { readonly frame: Frame; readonly dimmed: boolean; readonly onFold: (key: string) => void };

export const LineageFrame = memo(function LineageFrame({ data: { frame, dimmed, onFold } }: NodeProps<Node<LineageFrameData, 'frame'>>) {
  const { fold } = frame;
  if (fold === undefined) return <div aria-hidden data-dimmed={dimmed || undefined} className="size-full rounded-lg border border-line-strong/40" />;
  return (
    <div data-dimmed={dimmed || undefined} className="size-full rounded-lg border border-line-strong/60 bg-raised/60">
      <div className="frame-head flex h-11 items-center gap-2 px-3.5">
        <span className="min-w-0 truncate"><span className="font-medium text-ink">{frame.label}</span>{frame.detail !== '' && <span className="ml-2 text-ink-3">{frame.detail}</span>}</span>
        <button
          type="button" id={`node-${fold.id}`} tabIndex={-1} aria-expanded aria-label={`${frame.label}, unfolded: fold`}
          onClick={(event) => { event.stopPropagation(); onFold(fold.key); }}
          className="nodrag nopan ml-auto inline-flex shrink-0 items-center gap-1.5 rounded-md border border-line-strong/60 bg-canvas px-2 py-0.5 text-ink-2 hover:border-accent hover:text-accent"
        >
          <FoldVertical aria-hidden className="size-[1.1em]" />Fold
        </button>
      </div>
    </div>
  );
});
