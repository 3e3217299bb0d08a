// Reads fields out of JSON of unknown shape: what is wrong is collected with its path, so that one report names everything. Pure.
import { decodeBase64 } from '#lib/evidence/format/base64.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** A defect of a document. `base64` defects still left bytes to go on with. */
export type Defect = { readonly kind: 'shape' | 'base64'; readonly path: string; readonly message: string };

export const isRecord = (value: unknown): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own field; null stands for an absent one, as in JSON of protocol buffers. */
export function fieldOf(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? (record[key] ?? undefined) : undefined;
}

/** Reads one document. Every method returns null where the value is absent or wrong, and says so in `defects`. */
export class JsonReader {
  readonly defects: Defect[] = [];

  wrong(path: string, message: string): null {
    this.defects.push({ kind: 'shape', path, message });
    return null;
  }

  record(parent: JsonRecord | null, key: string, path: string): JsonRecord | null {
    if (parent === null) return null;
    const value = fieldOf(parent, key);
    return isRecord(value) ? value : this.wrong(path, value === undefined ? 'is missing' : 'is not an object');
  }

  optionalRecord(parent: JsonRecord | null, key: string, path: string): JsonRecord | null {
    return parent === null || fieldOf(parent, key) === undefined ? null : this.record(parent, key, path);
  }

  /** An array; absent is empty. More than `most` entries are refused. */
  list(parent: JsonRecord | null, key: string, path: string, most: number): readonly unknown[] {
    const value = parent === null ? undefined : fieldOf(parent, key);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.wrong(path, 'is not an array');
      return [];
    }
    if (value.length > most) {
      this.wrong(path, `has ${String(value.length)} entries; at most ${String(most)} are read`);
      return [];
    }
    return value as unknown[];
  }

  text(parent: JsonRecord | null, key: string, path: string): string | null {
    if (parent === null) return null;
    const value = fieldOf(parent, key);
    return typeof value === 'string' && value !== '' ? value : this.wrong(path, value === undefined || value === '' ? 'is missing' : 'is not a string');
  }

  /** An integer of 64 bits, as a number or in decimal digits. */
  integer(parent: JsonRecord | null, key: string, path: string): bigint | null {
    if (parent === null) return null;
    const value = fieldOf(parent, key);
    if (value === undefined) return this.wrong(path, 'is missing');
    if (typeof value === 'number' ? Number.isSafeInteger(value) && value >= 0 : typeof value === 'string' && /^(?:0|[1-9][0-9]{0,18})$/.test(value)) return BigInt(value as string | number);
    return this.wrong(path, 'is not a non-negative integer of 64 bits');
  }

  /** Bytes in base64, at least one and at most `most`. Loose base64 is a defect, and decoded all the same so that the rest can be judged. */
  bytes(parent: JsonRecord | null, key: string, path: string, most: number): Buffer | null {
    const text = this.text(parent, key, path);
    if (text === null) return null;
    if (text.length > most * 1.5) return this.wrong(path, `is longer than ${String(most)} bytes`);
    const strict = decodeBase64(text);
    if (strict.ok) return Buffer.from(strict.value.buffer);
    this.defects.push({ kind: 'base64', path, message: strict.error });
    const loose = Buffer.from(text, 'base64');
    return loose.length === 0 ? null : loose;
  }
}
