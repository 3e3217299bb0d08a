// Markdown of strangers: whatever it holds, no markup of theirs, no script, no fetched image and no other kind of link reaches the page.
import fc from 'fast-check';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown, safeHref } from './markdown.tsx';

const rendered = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }));
const harmless = (html: string): boolean => !/<(script|img|iframe|object|embed|svg|style|link|form|input|base|meta|video|audio)\b/i.test(html) && !/\son\w+=/i.test(html.replaceAll(/&[^;]+;|>[^<]*</g, '')) && [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].every(([, address]) => /^(https?:|mailto:)/.test(address ?? ''));

describe('Markdown', () => {
  it('is laid out: headings below those of the page, lists, tables, code, emphasis', () => {
    const html = rendered('# One\n\n- a\n- **b**\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\n<b>\n```\n\n`c` &amp; &#8364;');
    for (const piece of ['<h3', '>One</h3>', '<strong>b</strong>', '<td', '&lt;b&gt;', '&amp; €']) expect(html).toContain(piece);
  });

  it('links to http, https and mailto alone, and gives nothing away', () => {
    expect(rendered('[a](https://example.test/x)')).toContain('rel="noopener noreferrer nofollow"');
    expect(safeHref('mailto:a@example.test')).toBe('mailto:a@example.test');
    for (const address of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java&#115;cript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '//evil.test', '/settings', '#x', ' \u0001javascript:alert(1)', 'java\nscript:alert(1)']) expect(safeHref(address), address).toBeNull();
  });

  it.each([
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '![x](https://tracker.test/pixel.png)', '![x](javascript:alert(1))', '[x](javascript:alert(1))', '<a href="javascript:alert(1)">x</a>', '<svg/onload=alert(1)>',
    '[x]: javascript:alert(1)\n\n[x]', '<iframe src="https://evil.test"></iframe>', '[![x](https://t.test/a.png)](javascript:1)', '<javascript:alert(1)>', '[a](<javascript:alert(1)>)', '<!-- --><script>x</script>', '```html\n<script>\n```', '# <img src=x>', '| <img src=x> |\n|---|\n| <script> |',
  ])('makes nothing harmful of %j', (text) => expect(harmless(rendered(text)), rendered(text)).toBe(true));

  it('makes nothing harmful of anything', () => {
    const bits = fc.constantFrom('<script>', '</script>', '<img src=x onerror=y>', '[', '](', ')', 'javascript:x', '![', '`', '```\n', '\n\n', '> ', '- ', '| a |\n|---|\n', '<!--', '-->', '&#106;', '&lt;', '**', '# ', 'text', '"', "'", '<a href=', 'https://example.test');
    fc.assert(fc.property(fc.array(bits, { maxLength: 30 }).map((all) => all.join('')), (text) => harmless(rendered(text))), { numRuns: 500 });
  });

  it.each<[string, string]>([['quotes in quotes', '>'.repeat(20_000)], ['lists in lists', Array.from({ length: 500 }, (_each, index) => `${' '.repeat(index * 2)}- x`).join('\n')], ['brackets', '['.repeat(20_000)], ['stars', '*a '.repeat(20_000)], ['backticks', '`'.repeat(20_000)]])('is answered for many %s', (_what, text) => expect(rendered(text).length).toBeGreaterThan(0), 60_000);
});
