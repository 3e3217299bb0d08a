// EmptyState: five different reasons for showing nothing, each with what to do about it.
import { FilterX, Inbox, Lock, Maximize2, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { CodeBlock } from './code-block.tsx';

export type EmptyStateProps =
  /** Nothing was recorded yet: the exact command that brings the first one. */
  | { readonly kind: 'nothing-yet'; readonly title: string; readonly description?: ReactNode; readonly command?: string; readonly action?: ReactNode }
  /** Something is there, but the filters hide it. `action` clears them. */
  | { readonly kind: 'filtered-out'; readonly title?: string; readonly description?: ReactNode; readonly action: ReactNode }
  /** The reader may not see it; names nothing that would leak. */
  | { readonly kind: 'not-permitted'; readonly title?: string; readonly description?: ReactNode; readonly action?: ReactNode }
  /** More than the page can show; `action` narrows it or exports it. */
  | { readonly kind: 'too-large'; readonly title?: string; readonly description: ReactNode; readonly action?: ReactNode }
  /** It could not be read; `action` tries again. */
  | { readonly kind: 'failed'; readonly title?: string; readonly description: ReactNode; readonly requestId?: string; readonly action?: ReactNode };

const icons = { 'nothing-yet': Inbox, 'filtered-out': FilterX, 'not-permitted': Lock, 'too-large': Maximize2, failed: Unplug };
const titles = {
  'nothing-yet': 'Nothing yet',
  'filtered-out': 'Nothing matches these filters',
  'not-permitted': 'Your roles do not include this',
  'too-large': 'Too much to show at once',
  failed: 'This could not be loaded',
};

/** Why there is nothing here. `<EmptyState kind="nothing-yet" title="No runs yet" command="gatehouse run -- python train.py" />` */
export function EmptyState(props: EmptyStateProps & { /** It is the whole page, so its title is the page's heading. */ readonly page?: boolean }) {
  const Icon = icons[props.kind];
  const Title = props.page === true ? 'h1' : 'p';
  return (
    <div role={props.kind === 'failed' ? 'alert' : undefined} className="flex flex-col items-start gap-3 px-2 py-6 sm:px-6">
      <div className="flex items-start gap-3">
        <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${props.kind === 'failed' ? 'text-fail' : 'text-ink-3'}`} />
        <div>
          <Title className={props.page === true ? 'text-lg font-semibold' : 'text-base font-medium'}>{props.title ?? titles[props.kind]}</Title>
          {props.description !== undefined && <div className="max-w-prose text-sm text-ink-2">{props.description}</div>}
          {props.kind === 'failed' && props.requestId !== undefined && <p className="mt-1 text-xs text-ink-3">Request <code>{props.requestId}</code></p>}
        </div>
      </div>
      {props.kind === 'nothing-yet' && props.command !== undefined && <div className="w-full max-w-2xl sm:pl-8"><CodeBlock kind="command" code={props.command} caption="Brings the first one" /></div>}
      {props.action !== undefined && <div className="flex flex-wrap gap-2 sm:pl-8">{props.action}</div>}
    </div>
  );
}
