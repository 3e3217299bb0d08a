// Reproducible randomness, and ids and digests that follow from a number alone, so that ten million things need no memory.

/** A generator of numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 32 bits that look random (the finaliser of MurmurHash3). */
function mix(value: number, salt: number): number {
  let h = (value ^ Math.imul(salt, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const hex8 = (value: number) => value.toString(16).padStart(8, '0');

/** A UUIDv7 of a moment, for thing number `n` of a kind. */
export function idOf(kind: number, n: number, milliseconds: number): string {
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  const [a, b, c] = [hex8(mix(n, kind * 7 + 1)), hex8(mix(n, kind * 7 + 2)), hex8(n >>> 0)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(0, 3)}-${(8 + (kind % 4)).toString(16)}${kind.toString(16).padStart(2, '0').slice(-2)}${a.slice(3, 4)}-${b.slice(0, 4)}${c}`;
}

/** The hex of a SHA-256 digest that thing number `n` has. */
export function hexOf(n: number): string {
  let text = '';
  for (let word = 0; word < 8; word += 1) text += hex8(mix(n, 101 + word));
  return text;
}
