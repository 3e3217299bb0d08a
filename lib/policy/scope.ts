// Where a policy holds, and what a narrower one loosens of the wider. Pure.
import { canonicalJson, type Json } from '#lib/kernel/canonical-json.ts';
import { assuranceDefaults } from './assurance-defaults.ts';
import type { PolicyContent } from './schema.ts';

/** Both null: the whole organisation. A model's scope names its team too. */
export type PolicyScope = { readonly teamId: string | null; readonly modelId: string | null };
/** What is decided about. */
export type PolicySubject = { readonly teamId: string; readonly modelId: string };

export const organisationWide: PolicyScope = { teamId: null, modelId: null };

const parametersIn = (expression: string): string[] => [...new Set([...expression.matchAll(/\bparameters\.([a-z][A-Za-z0-9]*)/g)].map((match) => match[1] ?? ''))];
const same = (a: unknown, b: unknown): boolean => canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json);

/**
 * What a narrower policy asks less than a wider one, in words; empty: nothing. A rule that blocks must block there too,
 * by the very same expression over the same parameters, and need what it needed; approvals may only grow, and requests
 * hold no longer. Whether another expression is just as strict nobody can compute, so another expression counts as looser.
 */
export function loosened(narrow: PolicyContent, wide: PolicyContent): string[] {
  const found: string[] = [];
  for (const rule of wide.rules.filter(({ level }) => level === 'block')) {
    const other = narrow.rules.find(({ id }) => id === rule.id);
    if (!other) found.push(`${rule.id} is missing`);
    else if (other.level !== 'block') found.push(`${rule.id} does not block`);
    else if (other.expression !== rule.expression) found.push(`${rule.id} has another expression`);
    else if (rule.requires.some((path) => !other.requires.includes(path))) found.push(`${rule.id} needs less`);
    else for (const name of parametersIn(rule.expression)) if (!same(narrow.parameters[name]?.value, wide.parameters[name]?.value)) found.push(`${rule.id} has another ${name}`);
  }
  for (const rule of (wide.opa ?? []).filter(({ level }) => level === 'block')) {
    const other = narrow.opa?.find(({ id }) => id === rule.id);
    if (!other || other.level !== 'block' || other.path !== rule.path) found.push(`${rule.id} is not asked of OPA in the same way`);
  }
  // How old a scan may be and what it may find decides what a rule about it says, though no expression names it.
  if (wide.rules.some(({ level, requires, expression }) => level === 'block' && [expression, ...requires].some((text) => /\bassurance\.(scan|container|endpoint|reproducibility)\b/.test(text)))) {
    for (const name of Object.keys(assuranceDefaults) as (keyof typeof assuranceDefaults)[]) {
      const limit = ({ parameters }: PolicyContent) => parameters[name]?.value ?? assuranceDefaults[name];
      if (!same(limit(narrow), limit(wide))) found.push(`sources are judged by another ${name}`);
    }
  }
  if ((wide.opa ?? []).some(({ level }) => level === 'block') && narrow.opaBundle !== wide.opaBundle) found.push('the rules of OPA are asked of another engine');
  for (const { role, count } of wide.approvals) if ((narrow.approvals.find((each) => each.role === role)?.count ?? 0) < count) found.push(`fewer approvals by ${role}`);
  if (narrow.requestValidDays > wide.requestValidDays) found.push('requests hold longer');
  return found;
}
