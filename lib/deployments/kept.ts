// Answers that are kept as long as nothing they rest on has changed. In memory, bounded; no database here.
import type { Ruling } from './domain.ts';

export type Kept = {
  readonly ruling: Ruling;
  /** The team of the version that would run; null: none is registered. */
  readonly teamId: string | null;
  readonly keys: readonly string[];
  /** Any change at all ends it: it rests on more than can be named. */
  readonly onAnything: boolean;
  /** The database's clock when it was reached, in milliseconds. */
  readonly examinedAt: number;
  /** The first moment at which it does not hold any more, whatever happens. */
  readonly until: number;
};

export type Bounds = { readonly mostAnswers: number; readonly mostOfOneOwner: number; readonly mostKeys: number };
/** An answer of so many keys rests on 'anything'. */
const mostKeysOfOne = 60_000;

type Place = { readonly question: string; readonly owner: string; readonly kept: Kept };

export type KeptAnswers = {
  /** The answer to a question, if it holds at this moment. */
  readonly find: (question: string, at: number) => Kept | null;
  /**
   * Begins to watch for changes on behalf of an answer that is being reached. `keep` keeps it, unless something it rests on has changed
   * since; without `keep`, `cancel` ends the watch. What the answer is made of must be read after this call.
   */
  readonly begin: () => { readonly keep: (question: string, owner: string, kept: Kept) => boolean; readonly cancel: () => void };
  /** Ends every answer that rests on one of these keys; null: all of them. */
  readonly changed: (keys: readonly string[] | null) => void;
  readonly drop: (question: string) => void;
  readonly size: () => { readonly answers: number; readonly keys: number };
};

/** Keeps answers. Where there is no room the oldest goes: of the same owner where that one has its share already, so that nobody's questions push out everybody else's answers. */
export function keepAnswers({ mostAnswers, mostOfOneOwner, mostKeys }: Bounds): KeptAnswers {
  // Insertion order is age: what is found again is put last.
  const places = new Map<string, Place>();
  const byKey = new Map<string, Set<string>>();
  const onAnything = new Set<string>();
  const ofOwner = new Map<string, Set<string>>();
  const watching = new Set<{ seen: Set<string>; all: boolean }>();
  let keyCount = 0;

  function drop(question: string): void {
    const place = places.get(question);
    if (!place) return;
    places.delete(question);
    onAnything.delete(question);
    keyCount -= place.kept.keys.length;
    for (const key of place.kept.keys) {
      const questions = byKey.get(key);
      questions?.delete(question);
      if (questions?.size === 0) byKey.delete(key);
    }
    const own = ofOwner.get(place.owner);
    own?.delete(question);
    if (own?.size === 0) ofOwner.delete(place.owner);
  }

  function put(place: Place): void {
    drop(place.question);
    const own = ofOwner.get(place.owner) ?? new Set<string>();
    if (own.size >= mostOfOneOwner) {
      const [oldest] = own;
      if (oldest !== undefined) drop(oldest);
    }
    while (places.size > 0 && (places.size >= mostAnswers || keyCount + place.kept.keys.length > mostKeys)) {
      const [oldest] = places.keys();
      if (oldest !== undefined) drop(oldest);
    }
    places.set(place.question, place);
    ofOwner.set(place.owner, (ofOwner.get(place.owner) ?? new Set<string>()).add(place.question));
    keyCount += place.kept.keys.length;
    if (place.kept.onAnything) onAnything.add(place.question);
    for (const key of place.kept.keys) {
      const questions = byKey.get(key);
      if (questions) questions.add(place.question);
      else byKey.set(key, new Set([place.question]));
    }
  }

  return {
    find: (question, at) => {
      const place = places.get(question);
      if (!place) return null;
      if (at >= place.kept.until) {
        drop(question);
        return null;
      }
      places.delete(question);
      places.set(question, place);
      return place.kept;
    },
    begin: () => {
      const watch = { seen: new Set<string>(), all: false };
      watching.add(watch);
      return {
        keep: (question, owner, kept) => {
          watching.delete(watch);
          const overtaken = watch.all || (kept.onAnything && watch.seen.size > 0) || (watch.seen.size > 0 && kept.keys.some((key) => watch.seen.has(key)));
          if (overtaken) drop(question);
          else put({ question, owner, kept: kept.keys.length > mostKeysOfOne ? { ...kept, keys: [], onAnything: true } : kept });
          return !overtaken;
        },
        cancel: () => { watching.delete(watch); },
      };
    },
    changed: (keys) => {
      for (const watch of watching) {
        if (keys === null || watch.seen.size + keys.length > 100_000) watch.all = true;
        else for (const key of keys) watch.seen.add(key);
      }
      if (keys === null) {
        for (const question of [...places.keys()]) drop(question);
        return;
      }
      if (keys.length === 0) return;
      for (const question of [...onAnything]) drop(question);
      for (const key of keys) for (const question of [...(byKey.get(key) ?? [])]) drop(question);
    },
    drop,
    size: () => ({ answers: places.size, keys: keyCount }),
  };
}
