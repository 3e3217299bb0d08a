// FormProblem: what a form's last try was refused for, at its head, and the first thing to mend brought into sight.
'use client';

import { useEffect, useRef, type ReactNode } from 'react';
import { Alert } from './alert.tsx';

/**
 * `problem` is a new object for each try, null where there is none: then the first field marked invalid gets the focus, or this text is scrolled
 * into sight. `title` null where the fields say all of it. `<FormProblem problem={failure} title={failure?.detail ?? null} />`
 */
export function FormProblem({ problem, title, children }: { readonly problem: object | null; readonly title: ReactNode; readonly children?: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem === null) return;
    const invalid = place.current?.closest('form')?.querySelector<HTMLElement>('[aria-invalid=true]');
    if (invalid) invalid.focus();
    else place.current?.scrollIntoView({ block: 'center' });
  }, [problem]);
  return <div ref={place} className="empty:hidden">{problem !== null && title !== null && <Alert tone="danger" title={title} live>{children}</Alert>}</div>;
}
