// Counts answers that are given again unchanged. What was recorded whole once is counted from then on, and the counts are written now and then; in memory and bounded.

/** What an asker was told last about one question, and how often since then. */
export type Said = { readonly decisionId: string; readonly answer: string; readonly recordedAt: number };
export type Count = { readonly decisionId: string; readonly count: number; readonly firstAt: number; readonly lastAt: number; readonly requestId: string; readonly otherDigests: boolean };

type Line = Said & { count: number; firstAt: number; lastAt: number; requestId: string };

export type Repeats = {
  /** What this asker was told, if it was recorded whole not too long ago. */
  readonly said: (asker: string, question: string, at: number) => Said | null;
  /** An answer that was recorded whole; `unlisted`: about a digest that nobody registered. */
  readonly recorded: (asker: string, question: string, said: Said, unlisted: boolean) => void;
  /** The answer was given again. False where it is not known any more: then it has to be recorded whole. */
  readonly again: (asker: string, question: string, at: number, requestId: string) => boolean;
  /**
   * Whether an answer about a digest that nobody registered may be recorded by itself. Beyond a share of each asker they are only counted,
   * in the line of the last one that was recorded.
   */
  readonly mayList: (asker: string, at: number) => boolean;
  /** Counts one that is not listed. False where the asker has none that it could be counted with. */
  readonly unlistedAgain: (asker: string, at: number, requestId: string) => boolean;
  /** Takes what was counted since the last time. */
  readonly take: () => Count[];
  /** Gives back what could not be written. */
  readonly giveBack: (counts: readonly Count[]) => void;
};

/** Even what does not change is recorded whole again after so long. */
const longestInMilliseconds = 15 * 60_000;
const mostLines = 5_000;
const mostOfOneAsker = 500;
/** Digests that nobody registered: so many at once, and one more each second. */
const unlistedBurst = 60;
const mostAskers = 5_000;
/** Counts of lines that made room before they were written. */
const mostLeft = 20_000;

type Asker = { readonly lines: Map<string, Line>; tokens: number; filledAt: number; unlisted: { readonly decisionId: string; count: number; firstAt: number; lastAt: number; requestId: string } | null };

export function countRepeats(): Repeats {
  const askers = new Map<string, Asker>();
  const left: Count[] = [];
  let lines = 0;

  const countOf = ({ decisionId, count, firstAt, lastAt, requestId }: Omit<Count, 'otherDigests'>, otherDigests: boolean): Count => ({ decisionId, count, firstAt, lastAt, requestId, otherDigests });
  const leave = (line: Omit<Count, 'otherDigests'>, otherDigests: boolean): void => {
    if (line.count > 0 && left.length < mostLeft) left.push(countOf(line, otherDigests));
  };

  function forget(asker: Asker, question: string): void {
    const line = asker.lines.get(question);
    if (!line) return;
    asker.lines.delete(question);
    lines -= 1;
    leave(line, false);
  }

  function of(name: string, at: number): Asker {
    const known = askers.get(name);
    if (known) {
      askers.delete(name);
      askers.set(name, known);
      return known;
    }
    if (askers.size >= mostAskers) {
      const [oldest] = askers;
      if (oldest) {
        for (const question of [...oldest[1].lines.keys()]) forget(oldest[1], question);
        if (oldest[1].unlisted) leave(oldest[1].unlisted, true);
        askers.delete(oldest[0]);
      }
    }
    const made: Asker = { lines: new Map(), tokens: unlistedBurst, filledAt: at, unlisted: null };
    askers.set(name, made);
    return made;
  }

  return {
    said: (name, question, at) => {
      const line = askers.get(name)?.lines.get(question);
      return line && at - line.recordedAt < longestInMilliseconds ? line : null;
    },
    recorded: (name, question, said, unlisted) => {
      const asker = of(name, said.recordedAt);
      forget(asker, question);
      if (asker.lines.size >= mostOfOneAsker) {
        const [oldest] = asker.lines.keys();
        if (oldest !== undefined) forget(asker, oldest);
      }
      if (lines >= mostLines) {
        const crowded = [...askers.values()].reduce((a, b) => (b.lines.size > a.lines.size ? b : a));
        const [oldest] = crowded.lines.keys();
        if (oldest !== undefined) forget(crowded, oldest);
      }
      asker.lines.set(question, { ...said, count: 0, firstAt: 0, lastAt: 0, requestId: '' });
      lines += 1;
      if (!unlisted) return;
      if (asker.unlisted) leave(asker.unlisted, true);
      asker.unlisted = { decisionId: said.decisionId, count: 0, firstAt: 0, lastAt: 0, requestId: '' };
    },
    again: (name, question, at, requestId) => {
      const line = askers.get(name)?.lines.get(question);
      if (!line) return false;
      if (line.count === 0) line.firstAt = at;
      line.count += 1;
      line.lastAt = at;
      line.requestId = requestId;
      return true;
    },
    mayList: (name, at) => {
      const asker = of(name, at);
      asker.tokens = Math.min(unlistedBurst, asker.tokens + Math.max(0, at - asker.filledAt) / 1000);
      asker.filledAt = at;
      if (asker.tokens < 1) return false;
      asker.tokens -= 1;
      return true;
    },
    unlistedAgain: (name, at, requestId) => {
      const line = askers.get(name)?.unlisted;
      if (!line) return false;
      if (line.count === 0) line.firstAt = at;
      line.count += 1;
      line.lastAt = at;
      line.requestId = requestId;
      return true;
    },
    take: () => {
      const taken = left.splice(0);
      for (const asker of askers.values()) {
        for (const line of asker.lines.values()) {
          if (line.count === 0) continue;
          taken.push(countOf(line, false));
          line.count = 0;
        }
        if (asker.unlisted && asker.unlisted.count > 0) {
          taken.push(countOf(asker.unlisted, true));
          asker.unlisted.count = 0;
        }
      }
      return taken;
    },
    giveBack: (counts) => { left.push(...counts.slice(0, Math.max(0, mostLeft - left.length))); },
  };
}
