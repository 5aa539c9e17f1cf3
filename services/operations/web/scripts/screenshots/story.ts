/** Drives the console for the pictures: orders flow, one is looked at, the processor is killed, and nothing is lost. */
import type { Browser, Page } from 'playwright-core';
import type { Frame } from './gif.ts';

/** Stills by name, and the frames of the animation. */
export interface Pictures {
  readonly stills: Readonly<Record<string, Buffer>>;
  readonly frames: readonly Frame[];
}

/** Of the animation and of the stills, in pixels. */
const SIZE = { width: 1_080, height: 680 };
const STILL_SIZE = { width: 1_280, height: 800 };

/** Drives the console at `url` and takes pictures. Takes about a minute. */
export async function tellStory(browser: Browser, url: string): Promise<Pictures> {
  const context = await browser.newContext({ baseURL: url, viewport: SIZE });
  const page = await context.newPage();
  const frames: Frame[] = [];
  const stills: Record<string, Buffer> = {};
  const film = async (count: number, delayMs: number) => {
    for (let number = 0; number < count; number++) {
      frames.push({ png: await page.screenshot(), delayMs });
      await page.waitForTimeout(delayMs);
    }
  };
  const visit = (name: string) => page.getByRole('link', { name }).first().click();

  await page.goto('/try');
  await page.getByRole('button', { name: '200 orders, mixed' }).waitFor();
  await film(1, 1_000);
  await page.getByRole('button', { name: '200 orders, mixed' }).click();
  await film(4, 500);
  await visit('Overview');
  await page.getByText('Latest orders').waitFor();
  await film(6, 600);
  await visit('Faults');
  await page.getByRole('button', { name: /orders a second flow/ }).click();
  await film(3, 600);
  await page.getByRole('button', { name: 'Kill the processor' }).click();
  await film(7, 600);
  await visit('Orders');
  await page.locator('[role=row][data-order]').first().waitFor();
  await film(4, 600);
  await openSettledOrder(page);
  await film(3, 900);
  await visit('Overview');
  await page.setViewportSize(STILL_SIZE);
  await page.waitForTimeout(6_000);
  stills['console-overview'] = await page.screenshot();
  await page.setViewportSize(SIZE);
  await visit('Faults');
  await page.getByRole('button', { name: /Stop the orders/ }).click();
  await page.getByText('Every accepted order has exactly one outcome').waitFor({ timeout: 60_000 });
  await film(1, 2_500);
  await page.setViewportSize(STILL_SIZE);
  await page.emulateMedia({ colorScheme: 'dark' });
  stills['console-faults'] = await page.screenshot();
  await context.close();
  return { stills, frames };
}

/** Opens the newest order that completed. */
async function openSettledOrder(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Completed' }).click();
  await page.locator('[data-order]:has([data-status=COMPLETED]) a').nth(3).click();
  await page.getByText('Timeline').waitFor();
}
