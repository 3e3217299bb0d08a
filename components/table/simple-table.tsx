// SimpleTable: a few rows of facts inside a page. No state, usable on the server. Lists are DataTable.
import type { ReactNode } from 'react';

export type SimpleColumn<Row> = {
  readonly header: string; readonly cell: (row: Row) => ReactNode; readonly align?: 'start' | 'end'; readonly mono?: boolean;
  /** Sentences: stays readable on a narrow screen, where the table is moved sideways. */
  readonly wide?: boolean;
};

/** A plain table. `<SimpleTable caption="Metrics" columns={…} rows={metrics} rowKey={(m) => m.name} />` */
export function SimpleTable<Row>({ caption, captionHidden = true, columns, rows, rowKey }: {
  readonly caption: string;
  readonly captionHidden?: boolean;
  readonly columns: readonly SimpleColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}) {
  return (
    <div className="relative max-w-full overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className={captionHidden ? 'sr-only' : 'pb-1 text-left text-xs text-ink-3'}>{caption}</caption>
        <thead>
          <tr className="border-b border-line-strong/60 text-xs text-ink-3">
            {columns.map((column, index) => <th key={index} scope="col" className={`h-7 px-2 font-medium whitespace-nowrap first-letter:uppercase first:pl-0 last:pr-0 ${column.align === 'end' ? 'text-right' : 'text-left'}`}>{column.header}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-b border-line last:border-b-0">
              {columns.map((column, index) => <td key={index} className={`h-7 px-2 align-middle first:pl-0 last:pr-0 ${column.align === 'end' ? 'text-right' : ''} ${column.mono === true ? 'font-mono text-xs' : ''} ${column.wide === true ? 'min-w-44' : ''}`}>{column.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
