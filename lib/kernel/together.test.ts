import { describe, expect, it } from 'vitest';
import { together } from './together.ts';

type Question = { keys: readonly string[]; answer: (values: Record<string, number>) => void; fail: (error: Error) => void };

function asked() {
  const questions: Question[] = [];
  const lookUp = together<number>((keys) => new Promise((resolve, reject) => {
    questions.push({ keys, answer: (values) => { resolve(new Map(Object.entries(values))); }, fail: reject });
  }), 3);
  return { questions, lookUp };
}

const settled = () => new Promise<void>((resolve) => { setImmediate(resolve); });

describe('look-ups at the same time', () => {
  it('are one question, each key once, and each caller has its answer', async () => {
    const { questions, lookUp } = asked();
    const first = lookUp('a');
    const others = [lookUp('b'), lookUp('c'), lookUp('b')];
    expect(questions.map(({ keys }) => keys)).toEqual([['a']]);
    questions[0]?.answer({ a: 1 });
    expect(await first).toBe(1);
    await settled();
    expect(questions[1]?.keys).toEqual(['b', 'c']);
    questions[1]?.answer({ b: 2 });
    expect(await Promise.all(others)).toEqual([2, undefined, 2]);
  });

  it('are never answered by a question that was asked before they came', async () => {
    const { questions, lookUp } = asked();
    const early = lookUp('token');
    const late = lookUp('token');
    questions[0]?.answer({ token: 1 });
    expect(await early).toBe(1);
    await settled();
    questions[1]?.answer({});
    expect(await late).toBeUndefined();
  });

  it('are split where there are too many, and a failure reaches only those who asked', async () => {
    const { questions, lookUp } = asked();
    const first = lookUp('0');
    const rest = ['1', '2', '3', '4'].map((key) => lookUp(key).catch((error: Error) => error.message));
    questions[0]?.answer({ 0: 0 });
    await first;
    await settled();
    expect(questions[1]?.keys).toEqual(['1', '2', '3']);
    questions[1]?.fail(new Error('away'));
    await settled();
    questions[2]?.answer({ 4: 4 });
    expect(await Promise.all(rest)).toEqual(['away', 'away', 'away', 4]);
  });
});
