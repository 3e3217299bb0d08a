// COPY … FROM STDIN over an open connection: rows as tab-separated text, sent table by table in large pieces.
import type pg from 'pg';

type CopyConnection = { query: (text: string) => void; sendCopyFromChunk: (chunk: Buffer) => void; endCopyFrom: () => void };

/** What pg calls on a query of one's own. */
class CopyIn {
  private failure: Error | undefined;
  private readonly text: string;
  private readonly data: Buffer;
  private readonly done: (error: Error | undefined) => void;

  constructor(text: string, data: Buffer, done: (error: Error | undefined) => void) {
    this.text = text;
    this.data = data;
    this.done = done;
  }

  submit(connection: CopyConnection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // The answer is what follows: ready for the next query.
  }

  handleError(error: Error): void {
    // No ReadyForQuery is handed on after an error.
    this.failure = error;
    this.done(error);
  }

  handleReadyForQuery(): void {
    if (this.failure === undefined) this.done(undefined);
  }
}

const pieceBytes = 4 * 1024 * 1024;

export type Cell = string | number | boolean | null;

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const cellText = (cell: Cell): string => (cell === null ? '\\N' : typeof cell === 'string' ? (/[\\\t\n\r]/.test(cell) ? cell.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : cell) : String(cell));

/** Collects rows for one table and sends them when there are enough. Call `flush` at the end. */
export class TableWriter {
  rows = 0;
  private text: string[] = [];
  private size = 0;
  private readonly client: pg.Client;
  private readonly statement: string;

  constructor(client: pg.Client, table: string, columns: readonly string[]) {
    this.client = client;
    this.statement = `COPY ${table} (${columns.join(', ')}) FROM STDIN`;
  }

  /** Adds a row; true when enough has been collected to be sent. */
  add(...cells: readonly Cell[]): boolean {
    let line = '';
    for (let n = 0; n < cells.length; n += 1) line += (n === 0 ? '' : '\t') + cellText(cells[n] ?? null);
    line += '\n';
    this.text.push(line);
    this.size += line.length;
    this.rows += 1;
    return this.size >= pieceBytes;
  }

  /** Enough has been collected to be sent. */
  get full(): boolean {
    return this.size >= pieceBytes;
  }

  async flush(): Promise<void> {
    if (this.text.length === 0) return;
    const data = Buffer.from(this.text.join(''), 'utf8');
    this.text = [];
    this.size = 0;
    await new Promise<void>((resolve, reject) => {
      const query = new CopyIn(this.statement, data, (error) => { if (error) reject(error); else resolve(); });
      this.client.query(query as unknown as pg.Submittable);
    });
  }
}
