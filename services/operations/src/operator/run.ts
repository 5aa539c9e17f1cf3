/** Runs one command of an operator, from its arguments to its exit code. */
import { ConfigError } from '@order-pipeline/platform/env';
import { CommanderError } from 'commander';
import { createAudit } from './audit.js';
import { loadOperatorConfig, type OperatorConfig } from './config.js';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { createProgram, exitCodeOf, type WithTools } from './program.js';
import { toCount } from './text.js';
import { connect, type Shell, type System } from './tools.js';

/** Runs the command of `args` and answers its exit code. `connectTo` opens the system that it works on. */
export async function run(
  args: readonly string[],
  shell: Shell,
  connectTo: (config: OperatorConfig) => System = connect,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  const withTools: WithTools = async (command, change) => {
    const config = loadOperatorConfig(shell.env);
    const { stage, deadLetterQueueUrl: queue } = config;
    const actor = change?.actor ?? config.user;
    if (change && !actor)
      throw new CommandError(
        EXIT.usage,
        'the name of the operator is missing: add --actor NAME, or set USER',
      );
    const audit = createAudit({ actor, stage, queue }, shell.err);
    const dryRun = change?.dryRun ?? false;
    const system = connectTo(config);
    try {
      exitCode = await command({ ...system, shell, config, audit, dryRun });
    } finally {
      await giveBack(system, shell);
      system.close();
    }
  };
  try {
    const program = createProgram(withTools, shell.out, shell.err, shell.env);
    // `orders show` may be written in full: orders orders show.
    const command = args[0] === 'orders' ? args.slice(1) : args;
    await program.parseAsync([...command], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOf(error);
    shell.err(`orders: ${describe(error)}\n`);
    if (error instanceof CommandError) return error.exitCode;
    return error instanceof ConfigError ? EXIT.config : EXIT.failed;
  }
}

async function giveBack({ dlq }: System, { err }: Shell): Promise<void> {
  try {
    await dlq.giveBack();
  } catch {
    err(
      `${toCount(dlq.heldCount, 'message')} could not be made visible at once; they become visible again within minutes\n`,
    );
  }
}

/** Returns the message of an expected error; of any other its stack, which is needed to fix the program. */
function describe(error: unknown): string {
  if (error instanceof CommandError || error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
