// Certificate authorities for tests: real certificates, made by OpenSSL.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TestCertificate = { readonly pem: string; readonly privateKey: KeyObject };
export type TestAuthority = TestCertificate & {
  /** A certificate for signatures, for an https name of its own. */
  readonly issue: (uri: string, days?: number) => TestCertificate;
  /** An authority below this one. */
  readonly below: (name: string) => TestAuthority;
};

const folders: string[] = [];
/** Removes what the authorities wrote. */
export const removeAuthorities = (): void => { for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true }); };

const AUTHORITY = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const SIGNER = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=codeSigning'];

/** A new authority with a certificate of its own making. */
export function makeAuthority(name: string): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-authority-'));
  folders.push(folder);
  const openssl = (...args: string[]) => { execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' }); };
  const read = (file: string): TestCertificate => ({ pem: readFileSync(join(folder, `${file}.pem`), 'utf8'), privateKey: createPrivateKey(readFileSync(join(folder, `${file}.key`))) });
  let count = 0;
  const issued = (by: string, subject: string, extensions: readonly string[], days: number): string => {
    const file = `c${String(count++)}`;
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', subject, ...extensions.flatMap((extension) => ['-addext', extension]));
    openssl('x509', '-req', '-in', `${file}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-days', String(days), '-copy_extensions', 'copyall', '-out', `${file}.pem`);
    return file;
  };
  const authority = (file: string): TestAuthority => ({
    ...read(file),
    issue: (uri, days = 30) => read(issued(file, '/CN=signer', [...SIGNER, `subjectAltName=URI:${uri}`], days)),
    below: (own) => authority(issued(file, `/CN=${own}`, AUTHORITY, 30)),
  });
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-days', '30', '-subj', `/CN=${name}`, ...AUTHORITY.flatMap((extension) => ['-addext', extension]));
  return authority('root');
}
