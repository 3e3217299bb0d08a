// CardDiff: two versions of a document side by side, by lines and words; what is the same folds away.
import { Disclosure } from '#components/ui/disclosure.tsx';
import { diffText, type DiffRow, type Piece } from './text-diff.ts';

const around = 3;

/** Rows in groups: those near a change are shown, long stretches of equal ones fold. */
function grouped(rows: readonly DiffRow[]): { readonly folded: boolean; readonly rows: readonly DiffRow[] }[] {
  const near = rows.map((_row, index) => rows.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== 'same'));
  const groups: { folded: boolean; rows: DiffRow[] }[] = [];
  rows.forEach((row, index) => {
    const folded = near[index] !== true;
    const last = groups.at(-1);
    if (last?.folded === folded) last.rows.push(row);
    else groups.push({ folded, rows: [row] });
  });
  return groups;
}

export function CardDiff({ before, after, labels }: { readonly before: string; readonly after: string; readonly labels: { readonly before: string; readonly after: string } }) {
  const rows = diffText(before, after);
  const changed = rows.filter(({ kind }) => kind !== 'same').length;
  if (changed === 0) return <p className="text-sm text-ink-2">No difference in {rows.length} lines.</p>;
  return (
    <div>
      <p className="mb-2 text-sm text-ink-2">{changed} of {rows.length} lines differ.</p>
      {grouped(rows).map((group, index) => (group.folded ? <Disclosure key={index} summary={`${group.rows.length} lines are the same`}><Rows rows={group.rows} labels={labels} /></Disclosure> : <Rows key={index} rows={group.rows} labels={labels} />))}
    </div>
  );
}

function Rows({ rows, labels }: { readonly rows: readonly DiffRow[]; readonly labels: { readonly before: string; readonly after: string } }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full table-fixed border-collapse font-mono text-xs">
        <caption className="sr-only">{labels.before} and {labels.after}, line by line</caption>
        <thead className="sr-only"><tr><th scope="col">line</th><th scope="col">{labels.before}</th><th scope="col">line</th><th scope="col">{labels.after}</th></tr></thead>
        <colgroup><col className="w-9" /><col /><col className="w-9" /><col /></colgroup>
        <tbody>
          {rows.map(({ kind, left, right }, index) => (
            <tr key={index}>
              <Side line={left} kind={kind} sign="−" word="removed" tone="bg-fail-soft" strong="text-fail" />
              <Side line={right} kind={kind} sign="+" word="added" tone="bg-pass-soft" strong="text-pass" />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ line, kind, sign, word, tone, strong }: { readonly line: DiffRow['left']; readonly kind: DiffRow['kind']; readonly sign: string; readonly word: string; readonly tone: string; readonly strong: string }) {
  const differs = kind !== 'same' && line !== null;
  return (
    <>
      <td className="select-none pr-1 text-right align-top text-ink-3">{line?.number ?? ''}</td>
      <td className={`whitespace-pre-wrap break-words px-1 align-top ${differs ? tone : line === null ? 'bg-sunken' : ''}`}>
        {differs && <span className={strong}><span aria-hidden>{sign} </span><span className="sr-only">{word}: </span></span>}
        {line?.pieces.map((piece: Piece, index) => (piece.changed && kind === 'changed' ? <mark key={index} className={`bg-transparent font-semibold underline ${strong}`}>{piece.text}</mark> : <span key={index}>{piece.text}</span>))}
      </td>
    </>
  );
}
