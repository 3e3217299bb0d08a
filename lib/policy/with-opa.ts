// Completing an input document with the answers of Open Policy Agent: of the bundle that is part of the policy, else of the operator's server.
import type { ReadTx } from '#lib/db/client.ts';
import { askStoredBundle } from './bundle.ts';
import type { PolicyInput } from './input.ts';
import { askOpa, configuredOpa, type OpaServer } from './opa.ts';
import type { PolicyContent } from './schema.ts';

type Asked = Pick<PolicyContent, 'opa' | 'opaBundle'>;

/** The document with answers for the rules of a policy that ask OPA; asked at once, each path one time. The question holds no earlier answers. */
export async function withOpa(tx: ReadTx, content: Asked, input: PolicyInput, server: OpaServer | null = configuredOpa()): Promise<PolicyInput> {
  const paths = [...new Set((content.opa ?? []).map(({ path }) => path))].sort();
  if (paths.length === 0) return input.opa.length === 0 ? input : { ...input, opa: [] };
  const { opa: _earlier, ...question } = input;
  const answers = content.opaBundle === undefined ? await Promise.all(paths.map((path) => askOpa(server, path, question))) : await askStoredBundle(tx, content.opaBundle, paths, question);
  return { ...input, opa: answers };
}
