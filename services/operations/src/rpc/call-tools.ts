/** The tools of commands, for one RPC: text becomes the answer, audit lines go to the log. */
import type { HandlerContext } from '@connectrpc/connect';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Timers } from '@order-pipeline/platform/timers';
import { createAudit } from '../operator/audit.js';
import type { OperatorConfig } from '../operator/config.js';
import { EXIT, type ExitCode } from '../operator/exit.js';
import { openDeadLetters, type System, type Tools } from '../operator/tools.js';
import { translated } from './errors.js';
import { viewerOf } from './viewer.js';

/** Dependencies of calls. */
export interface CallDeps {
  readonly config: OperatorConfig;
  readonly system: System;
  readonly clock: Clock;
  readonly timers: Pick<Timers, 'sleep'>;
  /** Writes an audit line. */
  readonly writeAudit: (line: string) => void;
  /** Longest wait of a receive for dead letters, in seconds. */
  readonly deadLetterWaitSeconds: number;
  /** Called with the id of each dead letter that was removed. */
  readonly onRemoved: (messageId: string) => void;
}

/** Tools of one call, with the text that a command has printed so far. */
export interface CallTools {
  readonly tools: Tools;
  readonly text: () => string;
}

/** Creates the tools of a call. */
export function createCallTools(
  deps: CallDeps,
  context: Pick<HandlerContext, 'values' | 'signal'>,
  dryRun = false,
): CallTools {
  const { config, system, clock, timers, writeAudit } = deps;
  const { actor } = viewerOf(context);
  let text = '';
  const shell = {
    env: {},
    out: (line: string) => {
      text += line;
    },
    err: () => undefined,
    clock,
    sleep: (milliseconds: number, signal: AbortSignal) => timers.sleep(milliseconds, signal),
    signal: context.signal,
  };
  const audit = createAudit({ actor, stage: config.stage, queue: config.deadLetterQueueUrl }, writeAudit);
  // A call owns the messages that it has received, and releases them when it ends.
  const dlq = openDeadLetters(system, config, deps.deadLetterWaitSeconds, deps.onRemoved);
  return { tools: { ...system, dlq, shell, config, audit, dryRun }, text: () => text.trim() };
}

/** Runs a command and returns its text as the answer. @throws {ConnectError} */
export async function summarize(
  deps: CallDeps,
  context: HandlerContext,
  dryRun: boolean,
  command: (tools: Tools) => Promise<ExitCode>,
): Promise<{ summary: string }> {
  const { tools, text } = createCallTools(deps, context, dryRun);
  return translated(async () => {
    try {
      const exitCode = await command(tools);
      if (exitCode !== EXIT.done) throw new Error(`the command ended with ${exitCode}: ${text()}`);
      return { summary: text() };
    } finally {
      await tools.dlq.giveBack().catch(() => undefined);
    }
  });
}
