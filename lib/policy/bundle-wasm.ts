// Looks at a WebAssembly module before anything of it is compiled: what it imports, and whether it brings memory of its own. Pure.
// Format: https://www.w3.org/TR/wasm-core-1/#binary-format. What OPA's modules import: https://www.openpolicyagent.org/docs/wasm#imports.
import { err, ok, type Result } from '#lib/kernel/result.ts';

/** 64 KiB each. A module that asks for more is refused, and no more is ever given. */
export const mostMemoryPages = 1_024;
const functions = new Set(['opa_abort', 'opa_println', 'opa_builtin0', 'opa_builtin1', 'opa_builtin2', 'opa_builtin3', 'opa_builtin4']);
const sections = { imports: 2, memory: 5 } as const;

class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError('end of the section');
    const value = this.bytes[this.at] ?? 0;
    this.at += 1;
    return value;
  }

  /** LEB128, unsigned, at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new RangeError('a number of more than 32 bits');
  }

  name(): string {
    const length = this.number();
    if (this.at + length > this.end) throw new RangeError('end of the section');
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString('utf8');
  }

  limits(): { readonly least: number; readonly flags: number } {
    const flags = this.byte();
    const least = this.number();
    if ((flags & 1) === 1) this.number();
    return { least, flags };
  }
}

function importsProblem(reader: Reader): Result<number, string> {
  let pages = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    const [module, name, kind] = [reader.name(), reader.name(), reader.byte()];
    const called = `${module}.${name}`.slice(0, 100);
    if (kind === 0 && module === 'env' && functions.has(name)) reader.number();
    else if (kind === 2 && module === 'env' && name === 'memory') {
      const { least, flags } = reader.limits();
      if (flags > 1) return err('it imports shared or 64-bit memory');
      pages = least;
    } else return err(`it imports ${called}, which no policy needs`);
  }
  return ok(pages);
}

/** Pages of memory that the module needs at first, or why it is not run at all. */
export function wasmProblem(bytes: Uint8Array): Result<number, string> {
  if (bytes.length < 8 || Buffer.from(bytes.subarray(0, 8)).toString('hex') !== '0061736d01000000') return err('its policy.wasm is not WebAssembly');
  let pages: number | null = null;
  try {
    const all = new Reader(bytes, 8, bytes.length);
    while (all.at < all.end) {
      const [id, size] = [all.byte(), all.number()];
      const section = new Reader(bytes, all.at, all.at + size);
      if (section.end > all.end) return err('its policy.wasm breaks off');
      all.at = section.end;
      if (id === sections.memory && section.number() > 0) return err('its policy.wasm brings memory of its own, which cannot be bounded');
      if (id === sections.imports) {
        const found = importsProblem(section);
        if (!found.ok) return found;
        pages = found.value;
      }
    }
  } catch {
    return err('its policy.wasm breaks off');
  }
  if (pages === null || pages === 0) return err('its policy.wasm imports no memory: it was not made by `opa build -t wasm`');
  return pages > mostMemoryPages ? err(`its policy.wasm needs more than ${mostMemoryPages} pages of memory`) : ok(pages);
}
