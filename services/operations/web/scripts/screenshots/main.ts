/** `npm run screenshots`: takes the README's pictures of the real console on the real local stack. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startE2eStack } from '@order-pipeline/e2e/stack';
import { launchBrowser } from '../../test/browser.ts';
import { encodeGif } from './gif.ts';
import { tellStory } from './story.ts';

const folder = fileURLToPath(new URL('../../../../../docs/images/', import.meta.url));

const { stack, ports } = await startE2eStack({ console: true });
try {
  const browser = await launchBrowser();
  try {
    const { stills, frames } = await tellStory(browser, `http://localhost:${ports.operations}`);
    await mkdir(folder, { recursive: true });
    for (const [name, png] of Object.entries(stills)) await writeFile(join(folder, `${name}.png`), png);
    await writeFile(join(folder, 'console.gif'), encodeGif(frames));
  } finally {
    await browser.close();
  }
} finally {
  await stack.stop();
}
process.exit(0);
