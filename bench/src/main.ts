/** `npm run bench`: measures the system, prints what it found, and writes a report. */
import { parseCommand, USAGE } from './options.js';
import { describeMachine } from './report/machine.js';
import { toMarkdown } from './report/markdown.js';
import { writeReport } from './report/write.js';
import { holds, type Scenario, type ScenarioReport } from './scenario.js';

/** Every scenario, in the order in which they run. */
const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  accept: async () => (await import('./accept/scenario.js')).runAccept,
  process: async () => (await import('./process/scenario.js')).runProcess,
  tracing: async () => (await import('./tracing/scenario.js')).runTracing,
  aws: async () => (await import('./aws/scenario.js')).runAws,
  rpc: async () => (await import('./rpc/bench.js')).runRpc,
  cost: async () => (await import('./cost/scenario.js')).runCost,
  'hot-sku': async () => (await import('./hot-sku/bench.js')).runHotSku,
  overload: async () => (await import('./overload/scenario.js')).runOverload,
  e2e: async () => (await import('./e2e/scenario.js')).runE2e,
  memory: async () => (await import('./memory/scenario.js')).runMemory,
  idle: async () => (await import('./idle/scenario.js')).runIdle,
};

const startedAt = performance.now();
const say = (line: string) => {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n${USAGE}\nscenarios: ${Object.keys(SCENARIOS).join(', ')}\n`);
  process.exit(2);
}

function readCommand() {
  try {
    const command = parseCommand(process.argv.slice(2), say);
    const unknown = command.scenarios.find((name) => !(name in SCENARIOS));
    return unknown === undefined ? command : refuse(`there is no scenario ${unknown}`);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const { scenarios: named, check, out, options } = readCommand();
const names = named.length > 0 ? named : Object.keys(SCENARIOS);
const machine = describeMachine();
const scenarios: Record<string, ScenarioReport> = {};
for (const name of names) {
  const run = await SCENARIOS[name]?.();
  if (!run) continue;
  scenarios[name] = await run({ ...options, say: (line) => say(`${name}: ${line}`) });
}
const args = process.argv.slice(2).filter((arg, index, all) => arg !== '--out' && all[index - 1] !== '--out');
const shown = args.map((arg, index) => (args[index - 1] === '--baseline' ? 'BASELINE' : arg));
const command = ['npm run bench', ...(shown.length > 0 ? ['--', ...shown] : [])].join(' ');
const run = { machine, date: new Date().toISOString().slice(0, 10), command, scenarios };
process.stdout.write(toMarkdown(run));
if (out !== undefined) await writeReport(run, out);
const missed = Object.values(scenarios).flatMap(({ budgets }) => budgets.filter((budget) => !holds(budget)));
for (const { name, value, kind, limit } of missed)
  process.stderr.write(`MISSED: ${name}: ${value.toFixed(2)}, budget ${kind.replace('-', ' ')} ${limit}\n`);
process.exit(check && missed.length > 0 ? 1 : 0);
