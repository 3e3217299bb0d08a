// Disclosure: folded content that stays countable. A native <details>, so find-in-page and print can open it.
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** Folded content. `<Disclosure summary="11 passed">…</Disclosure>` */
export function Disclosure({ summary, open = false, id, children }: {
  readonly summary: ReactNode;
  readonly open?: boolean;
  readonly id?: string;
  readonly children: ReactNode;
}) {
  return (
    <details id={id} open={open}>
      <summary className="flex min-h-7 items-center gap-1.5 rounded-sm text-sm text-ink-2 hover:text-ink">
        <ChevronRight aria-hidden className="no-print size-3.5 shrink-0 transition-transform in-[details[open]>summary]:rotate-90" />
        {summary}
      </summary>
      <div className="pl-5 print:pl-0">{children}</div>
    </details>
  );
}
