// Tabs within a page. LinkTabs are addresses (preferred: the URL is the state); Tabs switch in place.
'use client';

import { Link } from './link.tsx';
import { usePathname } from 'next/navigation';
import { Tabs as Radix } from 'radix-ui';
import { useEffect, useRef, type ReactNode } from 'react';
import { Count } from './badge.tsx';

const bar = 'no-print mb-4 flex gap-4 overflow-x-auto border-b border-line';
const tab = '-mb-px inline-flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent text-sm text-ink-2 hover:text-ink focus-visible:outline-offset-[-2px]';

/** Tabs that are pages of their own. `<LinkTabs label="Model" tabs={[{ label: 'Evidence', href: '/models/1' }]} />` */
export function LinkTabs({ label, tabs }: {
  readonly label: string;
  readonly tabs: readonly { readonly label: string; readonly href: string; readonly count?: number }[];
}) {
  const pathname = usePathname();
  const nav = useRef<HTMLElement>(null);
  // Where the tabs are wider than the window, the one that is open is brought into sight; the page itself stays where it is.
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[aria-current=page]');
    if (nav.current && open) nav.current.scrollLeft = open.offsetLeft - nav.current.offsetLeft - (nav.current.clientWidth - open.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav ref={nav} aria-label={label} className={bar}>
      {tabs.map((each) => (
        <Link key={each.href} href={each.href} aria-current={pathname === each.href ? 'page' : undefined} className={`${tab} aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink`}>
          {each.label}
          {each.count !== undefined && <Count value={each.count} />}
        </Link>
      ))}
    </nav>
  );
}

/** Tabs that switch in place. `<Tabs label="Install" tabs={[{ id: 'pip', label: 'pip', content: … }]} />` */
export function Tabs({ label, tabs, value, onChange }: {
  readonly label: string;
  readonly tabs: readonly { readonly id: string; readonly label: string; readonly count?: number; readonly content: ReactNode }[];
  readonly value?: string;
  readonly onChange?: (id: string) => void;
}) {
  const control = value === undefined ? { defaultValue: tabs[0]?.id ?? '' } : { value };
  return (
    <Radix.Root {...control} {...(onChange !== undefined && { onValueChange: onChange })}>
      <Radix.List aria-label={label} className={bar}>
        {tabs.map((each) => (
          <Radix.Trigger key={each.id} value={each.id} className={`${tab} data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink`}>
            {each.label}
            {each.count !== undefined && <Count value={each.count} />}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((each) => <Radix.Content key={each.id} value={each.id}>{each.content}</Radix.Content>)}
    </Radix.Root>
  );
}
