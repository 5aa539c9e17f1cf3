/** The system's Chromium, and what tests look at in it. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Builds the console's assets where they are not current. */
export function buildAssets(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build.mjs', import.meta.url))]);
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
}

/** Collects what the page reports as errors: exceptions, and what the content security policy blocked. */
export function collectErrors(page: Page): Set<string> {
  const errors = new Set<string>();
  page.on('pageerror', (error) => errors.add(error.message));
  page.on('console', (message) => {
    // A failed request is a state that the page shows, not an error of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.add(message.text());
  });
  return errors;
}

/** Returns what axe-core finds on the page that is serious or critical, one line each; by all rules, or by some. */
export async function findBarriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(`(async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'], ...${JSON.stringify(rules ? { runOnly: rules } : {})} });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | '));
  })()`);
}
