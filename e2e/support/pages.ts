// What every page of the portal must hold to, and waiting for what it loads after its first paint.
import { expect, type Page } from '@playwright/test';

/** Waits until nothing on the page says that it is still loading. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

/** How many pixels the page is wider than the window; 0 where it fits. */
export const overflow = (page: Page): Promise<number> => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));

/** The part of a page under a heading. */
export const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Fills in a dialog that asks before it acts, and reads under which audit number that was recorded. */
export async function confirmWith(page: Page, title: string, label: string, comment: string): Promise<void> {
  const dialog = page.getByRole('alertdialog', { name: title });
  await dialog.getByLabel('Comment').fill(comment);
  await dialog.getByRole('button', { name: label, exact: true }).click();
  await expect(dialog).toContainText(/Audit event \d+/);
  await dialog.getByRole('button', { name: 'Close' }).click();
}
