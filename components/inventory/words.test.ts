// Names of data in a form: what is written is read again as it was.
import { describe, expect, it } from 'vitest';
import { readJobs, readNames, writeJobs, writeNames } from './words.ts';

describe('names of data in a form', () => {
  it('are read as they were written, spaces and all', () => {
    const names = [{ namespace: 's3://bucket', name: 'flights/', prefix: true }, { namespace: 'a b', name: 'c d', prefix: false }, { namespace: 'flights', name: 'two words', prefix: false }];
    expect(readNames(writeNames(names))).toEqual(names);
    expect(readJobs(writeJobs(names))).toEqual(names.map(({ namespace, name }) => ({ namespace, name })));
  });
  it('without a namespace are left for the server to refuse', () => {
    expect(readNames('flights\n\n')).toEqual([{ namespace: '', name: 'flights', prefix: false }]);
  });
});
