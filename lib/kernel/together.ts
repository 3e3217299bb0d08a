// Look-ups of many requests at once: whatever is asked for while an answer is under way goes into the next question.

/**
 * Makes a look-up out of one for many keys. A question is only asked after all of its callers have called, so none is answered with
 * what was true before its request came in (a token that was revoked, say).
 *
 * @param ask answers many different keys; keys that are missing from the answer are unknown.
 * @param most so many keys are asked for at a time.
 */
export function together<Value>(ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>, most = 200): (key: string) => Promise<Value | undefined> {
  type Caller = { readonly resolve: (value: Value | undefined) => void; readonly reject: (error: unknown) => void };
  const waiting = new Map<string, Caller[]>();
  let asking = false;

  async function drain(): Promise<void> {
    asking = true;
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, most);
      for (const [key] of batch) waiting.delete(key);
      try {
        const answer = await ask(batch.map(([key]) => key));
        for (const [key, callers] of batch) for (const caller of callers) caller.resolve(answer.get(key));
      } catch (error) {
        for (const [, callers] of batch) for (const caller of callers) caller.reject(error);
      }
    }
    asking = false;
  }

  return (key) => new Promise((resolve, reject) => {
    const callers = waiting.get(key);
    if (callers) callers.push({ resolve, reject });
    else waiting.set(key, [{ resolve, reject }]);
    if (!asking) void drain();
  });
}
