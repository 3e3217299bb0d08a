// Secrets in events: removed before anything is stored, from facets and from the kept event alike.
import { mapFields, redactJson } from '#lib/kernel/redact.ts';

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const userInfo = /^([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]{1,500}@/i;

/** Names identify, so of a name only the credentials of a URL are removed. */
export const redactName = (name: string): string => name.replace(userInfo, '$1');

const identifying = new Set(['namespace', 'name', 'runId', 'eventTime', 'eventType', 'schemaURL']);

const redactFields = (fields: Fields): Fields => mapFields(fields, (key, value) => {
  if (identifying.has(key)) return typeof value === 'string' ? redactName(value) : value;
  return redactJson(key === 'facets' ? withoutEnvironment(value) : value);
});

/** Variables are pairs of name and value; one in any other shape is removed whole. */
function withoutEnvironment(facets: unknown): unknown {
  if (!isFields(facets) || !isFields(facets.environmentVariables)) return facets;
  const { environmentVariables } = facets.environmentVariables;
  const readable = Array.isArray(environmentVariables) && environmentVariables.every((pair) => isFields(pair) && typeof pair.name === 'string' && (pair.value === null || typeof pair.value === 'string'));
  return readable ? facets : { ...facets, environmentVariables: { ...facets.environmentVariables, environmentVariables: '[redacted]' } };
}

const nested = new Set(['run', 'job', 'dataset']);
const lists = new Set(['inputs', 'outputs']);

/**
 * The event without secrets: environment variables, tokens, passwords, connection strings, by name and by pattern.
 * The same object where there was none.
 */
export const redactEvent = (event: Fields): Fields => mapFields(event, (key, value) => {
  if (nested.has(key) && isFields(value)) return redactFields(value);
  if (lists.has(key) && Array.isArray(value)) return redactList(value);
  return identifying.has(key) ? value : redactJson(value);
});

function redactList(list: readonly unknown[]): readonly unknown[] {
  const redacted = list.map((item) => (isFields(item) ? redactFields(item) : redactJson(item)));
  return redacted.every((item, n) => item === list[n]) ? list : redacted;
}
