/**
 * Loaded into a measured process ahead of its program (`node --import`): reports the CPU time and memory of the process
 * when the parent asks, and ends the process when the parent is gone.
 */

import { type ProcessUsage, USAGE_REQUEST } from './probe-messages.js';

process.on('message', (message) => {
  if (message !== USAGE_REQUEST) return;
  const { user, system } = process.cpuUsage();
  const usage: ProcessUsage = { cpuUs: user + system, userUs: user, rssBytes: process.memoryUsage.rss() };
  process.send?.({ [USAGE_REQUEST]: usage });
});
process.once('disconnect', () => process.exit());
// The program decides how long it runs.
process.channel?.unref();
