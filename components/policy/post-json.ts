// Asks the API a question that needs a body; nothing is changed by it.

/** The answer, or the sentence that says why there is none. */
export async function askJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }> {
  try {
    const response = await fetch(path, { method: 'POST', credentials: 'same-origin', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(body), ...(signal && { signal }) });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return { ok: true, value: answer as T };
    const detail = typeof answer === 'object' && answer !== null && 'detail' in answer ? String(answer.detail) : `The server answered ${response.status}.`;
    const errors = typeof answer === 'object' && answer !== null && 'errors' in answer && Array.isArray(answer.errors) ? (answer.errors as { path: string; message: string }[]).slice(0, 5).map(({ path: at, message }) => `${at}: ${message}`) : [];
    return { ok: false, message: [detail, ...errors].join(' ') };
  } catch {
    return { ok: false, message: 'No answer from the server.' };
  }
}
