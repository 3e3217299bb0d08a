// Markdown of strangers as React elements: no HTML of theirs reaches the page, nothing is fetched, links lead only where links may.
import { Fragment, type ReactNode } from 'react';
import { lexer, type Token, type Tokens } from 'marked';

const deepest = 40;
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0', ndash: '–', mdash: '—', hellip: '…', copy: '©', times: '×' };

/** Character references as the characters that they name; others stay as written. */
const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });

/** Where a link may lead: http, https and mailto. Anything else, relative addresses too, is no link. */
export function safeHref(href: string): string | null {
  const url = URL.parse(decoded(href).trim());
  return url !== null && ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
}

const tokensOf = (token: Token): readonly Token[] => ('tokens' in token && Array.isArray(token.tokens) ? token.tokens : []);
const children = (tokens: readonly Token[], depth: number): ReactNode => tokens.map((token, index) => <Fragment key={index}>{element(token, depth + 1)}</Fragment>);

const headingLook = { 3: 'mt-4 text-lg font-semibold', 4: 'mt-3 text-base font-semibold', 5: 'mt-2 text-sm font-semibold', 6: 'mt-2 text-sm font-medium text-ink-2' } as const;

function element(token: Token, depth: number): ReactNode {
  if (depth > deepest) return token.raw;
  const inner = () => children(tokensOf(token), depth);
  switch (token.type) {
    case 'heading': {
      const level = Math.min(6, (token as Tokens.Heading).depth + 2) as 3 | 4 | 5 | 6;
      const Heading = `h${level}` as const;
      return <Heading className={headingLook[level]}>{inner()}</Heading>;
    }
    case 'paragraph':
      return <p className="my-2">{inner()}</p>;
    case 'text':
      return tokensOf(token).length > 0 ? inner() : decoded((token as Tokens.Text).text);
    case 'escape':
      return decoded((token as Tokens.Escape).text);
    case 'strong':
      return <strong>{inner()}</strong>;
    case 'em':
      return <em>{inner()}</em>;
    case 'del':
      return <del>{inner()}</del>;
    case 'br':
      return <br />;
    case 'hr':
      return <hr className="my-3 border-line" />;
    case 'codespan':
      return <code className="rounded-sm bg-sunken px-1 text-xs">{(token as Tokens.Codespan).text}</code>;
    case 'code':
      return <pre className="my-2 overflow-x-auto rounded-md border border-line bg-sunken p-2 text-xs"><code>{(token as Tokens.Code).text}</code></pre>;
    case 'blockquote':
      return <blockquote className="my-2 border-l-2 border-line pl-3 text-ink-2">{inner()}</blockquote>;
    case 'list': {
      const list = token as Tokens.List;
      const items = list.items.map((item, index) => <li key={index}>{item.task ? `${item.checked ? '[x]' : '[ ]'} ` : ''}{children(item.tokens, depth)}</li>);
      return list.ordered ? <ol start={typeof list.start === 'number' ? list.start : 1} className="my-2 list-decimal pl-6">{items}</ol> : <ul className="my-2 list-disc pl-6">{items}</ul>;
    }
    case 'link': {
      const href = safeHref((token as Tokens.Link).href);
      return href === null ? <span title="This address is no link here.">{inner()}</span> : <a href={href} rel="noopener noreferrer nofollow" target="_blank" className="link text-accent underline">{inner()}</a>;
    }
    case 'image': {
      const { href, text } = token as Tokens.Image;
      const address = safeHref(href);
      return <span className="text-ink-2">[image: {text || 'without a description'}{address !== null && <>, <a href={address} rel="noopener noreferrer nofollow" target="_blank" className="link text-accent underline">not shown</a></>}]</span>;
    }
    case 'table': {
      const table = token as Tokens.Table;
      return (
        <div className="my-2 overflow-x-auto">
          <table className="text-sm">
            <thead><tr>{table.header.map((cell, index) => <th key={index} scope="col" className="border-b border-line px-2 py-1 text-left font-medium">{children(cell.tokens, depth)}</th>)}</tr></thead>
            <tbody>{table.rows.map((row, index) => <tr key={index}>{row.map((cell, column) => <td key={column} className="border-b border-line px-2 py-1">{children(cell.tokens, depth)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      );
    }
    case 'html':
      return /^\s*<!--[\s\S]*-->\s*$/.test(token.raw) ? null : <span className="text-ink-3">{token.raw}</span>;
    case 'space':
    case 'def':
      return null;
    default:
      return token.raw;
  }
}

/** `<Markdown text={document.body} />`. What cannot be parsed is shown as it was written. */
export function Markdown({ text }: { readonly text: string }) {
  let tokens: Token[];
  try {
    tokens = lexer(text, { gfm: true });
  } catch {
    return <pre className="whitespace-pre-wrap break-words text-sm">{text}</pre>;
  }
  return <div className="max-w-prose break-words text-sm">{tokens.map((token, index) => <Fragment key={index}>{element(token, 0)}</Fragment>)}</div>;
}
