// Cards as the Hugging Face Hub keeps them: a Markdown file with YAML front matter (https://huggingface.co/docs/hub/model-cards). Pure.
import { parseDocument, stringify } from 'yaml';
import { makeDocument, normalText, type Made } from './document.ts';
import { unreadable } from './errors.ts';
import { isObject } from './safe-json.ts';
import type { CardDocument, CardKind, Json } from './schema.ts';

const mostFileCharacters = 600_000;
const mostYamlCharacters = 120_000;
/** The structured fields of CycloneDX, which the Hub has no name for. */
const structuredKey = 'gatehouse_model_card';
const fence = /^---[ \t]*\n([\s\S]*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|$)/;

/** The parser takes long over deep nesting: looked at by signs alone, so a text with many of them counts too. */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
    if (depth > 40) return true;
  }
  return /(?:[-?:][ \t]+){40}/.test(text);
}

/** YAML of the front matter as plain JSON, or what is wrong with it. Anchors, aliases, tags and doubled keys are refused. */
function parseYaml(text: string): { readonly meta: { readonly [key: string]: Json } } | { readonly wrong: string } {
  if (text.length > mostYamlCharacters) return { wrong: `the front matter is larger than ${mostYamlCharacters} characters` };
  if (tooDeep(text)) return { wrong: 'the front matter is nested too deeply' };
  try {
    const document = parseDocument(text, { schema: 'core', version: '1.2', strict: true, uniqueKeys: true, stringKeys: true, merge: false, logLevel: 'silent' });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) return { wrong: `the front matter is no YAML that can be read: ${problem.message.split('\n')[0]?.slice(0, 200) ?? ''}` };
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    if (value === null) return { meta: {} };
    return isObject(value) ? { meta: value } : { wrong: 'the front matter is no list of fields' };
  } catch (error) {
    return { wrong: error instanceof ReferenceError ? 'the front matter uses aliases, which are not taken' : 'the front matter is nested too deeply, or is no YAML' };
  }
}

/** A document from the text of a README.md. Without front matter all of it is body. 422 `cards.unreadable` otherwise. */
export function fromHuggingFace(kind: CardKind, file: string): Made {
  if (file.length > mostFileCharacters) return unreadable(`it is larger than ${mostFileCharacters} characters`);
  const text = normalText(file);
  const found = fence.exec(text);
  if (!found && /^---[ \t]*\n/.test(text)) return unreadable('the front matter has no end: a line of three hyphens');
  const yaml = parseYaml(found?.[1] ?? '');
  if ('wrong' in yaml) return unreadable(yaml.wrong);
  const { [structuredKey]: card = null, ...meta } = yaml.meta;
  if (card !== null && !isObject(card)) return unreadable(`${structuredKey} is no object`);
  return makeDocument(kind, { meta, card, body: found ? text.slice(found[0].length).replace(/^\n/, '') : text });
}

/** The README.md of a document; reading it again gives the same document. */
export function toHuggingFace({ meta, card, body }: Pick<CardDocument, 'meta' | 'card' | 'body'>): string {
  const fields = { ...meta, ...(card && { [structuredKey]: card }) };
  const yaml = Object.keys(fields).length === 0 ? '' : stringify(fields, { schema: 'core', version: '1.2', lineWidth: 0, aliasDuplicateObjects: false });
  return `---\n${yaml}---\n\n${body}`;
}
