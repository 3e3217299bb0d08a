// So many at once, so many bytes at once, and an answer in time.
import { describe, expect, it } from 'vitest';
import { expectedBytes, makeAdmission, within } from './admission.ts';

describe('admission', () => {
  it('lets in as many as there are places, and the next one when one leaves', () => {
    const admission = makeAdmission(() => ({ requests: 2, bytes: 100 }));
    const [first, second] = [admission.enter(1), admission.enter(1)];
    expect([first !== null, second !== null, admission.enter(1)]).toEqual([true, true, null]);
    first?.leave();
    first?.leave();
    expect(admission.present()).toBe(1);
    expect([admission.enter(1) !== null, admission.enter(1)]).toEqual([true, null]);
  });

  it('counts bytes, and lets one alone in however large it is', () => {
    const admission = makeAdmission(() => ({ requests: 10, bytes: 100 }));
    const large = admission.enter(1000);
    expect([large !== null, admission.enter(1)]).toEqual([true, null]);
    large?.leave();
    expect([admission.enter(60) !== null, admission.enter(60), admission.enter(40) !== null]).toEqual([true, null, true]);
  });

  it('expects of a body what it says, of a packed one more, of a silent one the limit', () => {
    const expected = (headers: Record<string, string>) => expectedBytes(new Headers(headers), 5000);
    expect([expected({ 'content-length': '70' }), expected({ 'content-length': '70', 'content-encoding': 'gzip' }), expected({ 'content-length': '9999' }), expected({}), expected({ 'content-length': 'many' })]).toEqual([70, 1400, 5000, 5000, 5000]);
  });

  it('answers late work in its place, and quick work with its result', async () => {
    expect(await within(5, new Promise<string>(() => undefined), () => 'late')).toBe('late');
    expect(await within(5000, Promise.resolve('done'), () => 'late')).toBe('done');
    await expect(within(5000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken');
  });
});
