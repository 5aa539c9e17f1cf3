/** One emulator as a process of its own: `node main.js sqs 9324`. Ends on SIGTERM; Ctrl-C is the stack's. */
import { startDynamoEmulator, startSqsEmulator } from '../emulators.js';

const STARTERS = { sqs: startSqsEmulator, dynamodb: startDynamoEmulator };

const [kind, port] = process.argv.slice(2);
if (kind !== 'sqs' && kind !== 'dynamodb') throw new Error('usage: main.js sqs|dynamodb PORT');
process.on('SIGINT', () => undefined);
const emulator = await STARTERS[kind](Number(port));
process.once('SIGTERM', () => process.exit(0));
process.stdout.write(`${kind} emulator listens on ${emulator.endpoint}\n`);
