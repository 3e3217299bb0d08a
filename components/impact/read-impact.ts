// readImpact: asks for a blast radius and hears how far the walk is until the answer comes.
import { impactProgress, type ImpactDirection, type ImpactView } from '#lib/impact/schema.ts';

export const impactHref = (versionId: string, direction: ImpactDirection, more = ''): string => `/api/v1/asset-versions/${versionId}/impact?direction=${direction}${more}`;

/** Whole lines of a stream of text, as they come. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}

async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield decoder.decode(read.value, { stream: true });
  } finally {
    reader.releaseLock();
  }
}

/** Throws an error fit to be shown where there is no answer. */
export async function readImpact(versionId: string, direction: ImpactDirection, seconds: number, signal: AbortSignal, told: (reached: number) => void): Promise<ImpactView> {
  const response = await fetch(impactHref(versionId, direction, `&format=progress&seconds=${seconds}`), { credentials: 'same-origin', signal });
  if (!response.ok || response.body === null) {
    const problem = (await response.json().catch(() => null)) as { detail?: unknown } | null;
    throw new Error(typeof problem?.detail === 'string' ? problem.detail : `The server answered ${response.status}.`);
  }
  for await (const line of linesOf(textOf(response.body))) {
    const said = impactProgress.parse(JSON.parse(line));
    if ('answer' in said) return said.answer;
    if ('problem' in said) throw new Error(said.problem);
    told(said.reached);
  }
  throw new Error('The connection ended before the answer came.');
}
