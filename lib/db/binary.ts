// Arrays as parameters in PostgreSQL's binary form (array_recv): of thousands of elements, writing and reading text takes longer than what is done with them.

const typeOf = { uuid: 2950, jsonb: 3802 } as const;

/** Number of dimensions, whether there are nulls, the elements' type; then length and lower bound. */
function header(type: keyof typeof typeOf, length: number): Buffer {
  const bytes = Buffer.alloc(20);
  for (const [place, value] of [1, 0, typeOf[type], length, 1].entries()) bytes.writeInt32BE(value, place * 4);
  return bytes;
}

/** `uuid[]`; null where one of them is no UUID. */
export function uuidArray(ids: readonly string[]): Buffer | null {
  const digits = ids.join('').replaceAll('-', '');
  const bytes = Buffer.from(digits, 'hex');
  if (digits.length !== ids.length * 32 || bytes.length !== ids.length * 16) return null;
  const list = Buffer.alloc(20 + ids.length * 20);
  header('uuid', ids.length).copy(list);
  for (let n = 0; n < ids.length; n += 1) {
    const at = 20 + n * 20;
    list.writeInt32BE(16, at);
    bytes.copy(list, at + 4, n * 16, n * 16 + 16);
  }
  return list;
}

/** `jsonb[]`: before each text its length and the version of the form, which is 1 (jsonb_recv). */
export function jsonbArray(values: readonly object[]): Buffer {
  const texts = values.map((value) => JSON.stringify(value));
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const list = Buffer.allocUnsafe(20 + lengths.reduce((sum, length) => sum + length + 5, 0));
  header('jsonb', values.length).copy(list);
  let at = 20;
  for (const [n, text] of texts.entries()) {
    list.writeInt32BE((lengths[n] ?? 0) + 1, at);
    list.writeUInt8(1, at + 4);
    at += 5 + list.write(text, at + 5);
  }
  return list;
}
