// The secrets of a portal on the embedded database: made once, kept in the data folder, readable by its owner alone.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { trouble } from '#scripts/trouble.ts';

const names = ['nextauthSecret', 'ownerPassword', 'applicationPassword', 'signingKey'] as const;

/** The key by which the portal signs decisions: ECDSA P-256, PKCS #8 in base64. */
const newSigningKey = (): string => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');

export type Secrets = Record<(typeof names)[number], string>;

const fileShape = z.record(z.string(), z.string());

/** Reads the secrets of this data folder; those that are missing are made and kept. */
export function ensureSecrets(folder: string): Secrets {
  const path = join(folder, 'secrets.json');
  const kept = read(path);
  const all = { ...kept, ...Object.fromEntries(names.filter((name) => kept[name] === undefined).map((name) => [name, name === 'signingKey' ? newSigningKey() : randomBytes(32).toString('base64url')])) };
  if (Object.keys(all).length > Object.keys(kept).length) {
    writeFileSync(`${path}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  const get = (name: (typeof names)[number]): string => all[name] ?? '';
  return { nextauthSecret: get('nextauthSecret'), ownerPassword: get('ownerPassword'), applicationPassword: get('applicationPassword'), signingKey: get('signingKey') };
}

function read(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  try {
    return fileShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw trouble(`${path} is damaged: restore it from a backup, or delete it (everybody has to sign in again).`, error);
  }
}
