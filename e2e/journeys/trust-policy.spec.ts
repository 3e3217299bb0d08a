// Who may sign for what: a trust policy is proposed by one, confirmed by another, judges evidence that lies here already, says so on its page, and is revoked.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { apiAs, expectStatus } from '../support/api.ts';
import { fresh, tokenFor } from '../support/demo.ts';
import { section, settled } from '../support/pages.ts';
import { expect, test, type People } from '../support/test.ts';
import { keyId } from '#lib/evidence/format/key-id.ts';
import { envelopeOf } from '#lib/testing/attestations.ts';

type Stored = { readonly evidenceId: string; readonly verdict: string };

/** One signed statement of a predicate type that nothing else in the demo has, by a key that nobody has heard of. */
async function sent(people: People, predicateType: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'model', digest: { sha256: randomBytes(32).toString('hex') } }], predicateType, predicate: { looked: 'at' } };
  const envelope = envelopeOf(statement, [{ algorithm: 'ecdsa-p256', privateKey, publicKeyPem, keyId: keyId(publicKey) }]).toString();
  const pipeline = apiAs({ token: await tokenFor(await people.api('admin'), 'pipeline') });
  const stored = expectStatus(await pipeline.post<Stored>('/api/v1/attestations', envelope, { 'Content-Type': 'application/vnd.dsse.envelope.v1+json' }), 201);
  return { ...stored, publicKeyPem };
}

const policyNamed = (page: Page, name: string) => page.getByRole('article').filter({ has: page.getByRole('heading', { name, exact: true }) });

/** Answers a dialog about a policy and returns what it said it did. */
async function answered(page: Page, title: string, label: string): Promise<string> {
  const dialog = page.getByRole('alertdialog', { name: title });
  await dialog.getByRole('button', { name: label, exact: true }).click();
  await expect(dialog).toContainText(/Recorded as audit event \d+/);
  const said = await dialog.innerText();
  await dialog.getByRole('button', { name: 'Close' }).click();
  return said;
}

test('a trust policy takes two people, judges what was received before, and stops counting when it is revoked', async ({ people }) => {
  test.setTimeout(180_000);
  const name = fresh('signers');
  const predicateType = `https://example.com/${name}/v1`;
  const { evidenceId, verdict, publicKeyPem } = await sent(people, predicateType);
  expect(verdict).toBe('failed');

  const security = await people.as('security');
  await security.goto('/settings/trust');
  await settled(security);
  await security.getByRole('button', { name: 'Propose a policy…' }).click();
  const form = security.getByRole('dialog', { name: 'Propose a trust policy' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Predicate types').fill(predicateType);
  await form.getByLabel('Called').fill('the release key');
  await form.getByLabel('Public key').last().fill('-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----');
  await form.getByLabel('Reason').fill('Releases are signed by this key from today on.');
  await form.getByRole('button', { name: 'Propose', exact: true }).click();
  await expect(form.getByRole('alert')).toContainText('this is a private key. It was not sent');
  await form.getByLabel('Public key').last().fill(publicKeyPem);
  await form.getByRole('button', { name: 'Propose', exact: true }).click();
  await expect(form).toBeHidden();

  // Whoever proposed it does not confirm it, and it decides nothing yet.
  await expect(policyNamed(security, name)).toContainText('proposed');
  await expect(policyNamed(security, name).getByRole('button', { name: 'Confirm…' })).toBeDisabled();
  const evidence = await people.as('auditor');
  const verdictShown = evidence.locator('header', { has: evidence.getByRole('heading', { level: 1 }) });
  await evidence.goto(`/evidence/${evidenceId}`);
  await settled(evidence);
  await expect(verdictShown).toContainText('failed');

  const lead = await people.as('security-lead');
  await lead.goto('/settings/trust');
  await settled(lead);
  const waiting = policyNamed(lead, name);
  await expect(waiting).toContainText(predicateType);
  await waiting.getByRole('button', { name: 'Confirm…' }).click();
  expect(await answered(lead, `Put “${name}” into force?`, 'Confirm the policy')).toContain('1 piece of evidence verified again.');
  await expect(lead.getByRole('region', { name: /^In force \(\d+\)$/ })).toContainText(name);
  await expect(policyNamed(lead, name)).toContainText('Security lead');

  // The evidence was verified again, and its page names the policy that decided.
  await evidence.reload();
  await settled(evidence);
  await expect(verdictShown).toContainText('passed');
  const decidedBy = section(evidence, 'Facts').getByRole('link', { name: `${name}, version 1` });
  await expect(decidedBy).toBeVisible();
  await expect(section(evidence, 'Signed by')).toContainText('the release key');
  await decidedBy.click();
  await expect(evidence).toHaveURL(/\/settings\/trust#[0-9a-f-]{36}$/);
  // The auditor reads it, and decides nothing.
  await expect(policyNamed(evidence, name)).toContainText('active');
  await expect(policyNamed(evidence, name).getByRole('button', { name: 'Revoke…' })).toHaveCount(0);

  await policyNamed(lead, name).getByRole('button', { name: 'Revoke…' }).click();
  const dialog = lead.getByRole('alertdialog', { name: `Revoke “${name}”?` });
  await dialog.getByLabel('Comment').fill('The key was copied to a laptop.');
  await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
  expect(await answered(lead, `Revoke “${name}”?`, 'Revoke')).toContain('1 piece of evidence verified again.');
  await expect(policyNamed(lead, name)).toContainText('Revoked: nothing that it covers passes');
  await evidence.goto(`/evidence/${evidenceId}`);
  await settled(evidence);
  await expect(verdictShown).toContainText('failed');
  await expect(section(evidence, 'Verification report')).toContainText(/revoked/);
});
