// What a page shows instead of a query's answer.
import { notFound } from 'next/navigation';
import { EmptyState } from '#components/ui/empty-state.tsx';
import type { AppError } from '#lib/kernel/errors.ts';

/** What a page is about is named by the path; these are the names that such a part has as an input. */
const pathParts = new Set(['id', 'name', 'version', 'number', 'digest', 'policyVersionId', 'promotionId', 'runId', 'model']);

/** The path itself is no address: an id that is none leads nowhere, like one that is unknown. What else is wrong, such as a choice after the `?`, is said. */
const wrongPath = (error: AppError): boolean => error.kind === 'invalid' && error.errors !== undefined && error.errors.length > 0 && error.errors.every(({ path }) => pathParts.has(path));

/**
 * Not found and not permitted look as the error says; everything else says what is wrong.
 *
 * @param inside it stands under a heading of the page, so it brings none of its own, and what is not found does not take the page away.
 */
export function Problem({ error, inside = false, action }: { readonly error: AppError; readonly inside?: boolean; readonly action?: React.ReactNode }) {
  if (!inside && (error.kind === 'not_found' || wrongPath(error))) notFound();
  const more = action === undefined ? {} : { action };
  if (error.kind === 'not_found' || error.kind === 'forbidden' || error.kind === 'unauthenticated') return <EmptyState page={!inside} kind="not-permitted" {...(error.kind === 'not_found' && { title: 'Not there, or you may not see it' })} description={error.message} {...more} />;
  if (error.kind === 'invalid') {
    const errors = error.errors ?? [];
    return <EmptyState page={!inside} kind="failed" title="The address asks for something that cannot be" description={errors.length === 0 ? error.message : <ul>{errors.map(({ path, message }) => <li key={path}><code className="text-xs">{path}</code>: {message}</li>)}</ul>} {...more} />;
  }
  return <EmptyState page={!inside} kind="failed" description={error.message} {...more} />;
}
