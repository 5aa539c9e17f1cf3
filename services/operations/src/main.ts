import { runService } from '@order-pipeline/platform/lifecycle';
import { loadConfig } from './config.js';
import { start } from './start.js';

await runService({ name: 'operations', loadConfig, start });
