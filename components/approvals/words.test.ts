// How a request's approvals are told.
import { describe, expect, it } from 'vitest';
import { needsSentence, needsText, reminder } from './words.ts';

describe('approvals in words', () => {
  it('count no more than are needed', () => {
    const needs = [{ role: 'reviewer' as const, needed: 1, given: 3 }, { role: 'security' as const, needed: 1, given: 0 }];
    expect(needsText(needs)).toBe('1/1 reviewer · 0/1 security');
    expect(needsSentence(needs)).toBe('2 approvals needed, 1 given');
  });

  it('say so where none are asked for', () => {
    expect(needsText([])).toBe('none asked for');
    expect(needsSentence([{ role: 'security', needed: 1, given: 0 }])).toBe('1 approval needed, 0 given');
  });
});

describe('a reminder', () => {
  const at = (days: number) => new Date(Date.UTC(2026, 0, 10) + days * 86_400_000).toISOString();
  const now = Date.UTC(2026, 0, 10);

  it('counts what has waited for more than a day and what expires within two', () => {
    expect(reminder([{ requestedAt: at(-2), expiresAt: at(12) }, { requestedAt: at(-13), expiresAt: at(1) }, { requestedAt: at(-0.5), expiresAt: at(13) }], now)).toBe('Of the requests that wait for you, 2 have waited for more than a day and 1 expires within two days.');
  });

  it('is not given of what is fresh, nor of nothing', () => {
    expect(reminder([{ requestedAt: at(-0.5), expiresAt: at(13) }], now)).toBeNull();
    expect(reminder([], now)).toBeNull();
  });
});
