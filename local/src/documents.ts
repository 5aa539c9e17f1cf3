/** The commands that documents print, and the marks that say where each of them runs. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A fenced block of commands in a document. */
export interface CommandBlock {
  readonly document: string;
  /** The block as it is printed. */
  readonly text: string;
  /** Commands of the block; in a transcript (`console`) the lines after `$ `. */
  readonly commands: readonly string[];
  /**
   * The closest comment above the block: `tested: FILE`, `scheduled: WORKFLOW`, `needs: AWS` or `needs: a cluster`.
   * `undefined` when there is none.
   */
  readonly mark: string | undefined;
  /** The fenced block that follows directly and shows the output; `undefined` when there is none. */
  readonly output: { readonly language: string; readonly text: string } | undefined;
}

const FENCED = /^<!-- (?<mark>[a-z]+: [^\n]+?) -->$|^```(?<language>\w*)\n(?<text>.*?)^```$/gms;
const COMMAND = /^(\$ |npm |npx |node |\.\/|curl |grpcurl |pulumi |kubectl |helm )/m;
const CONTINUED = /(?<!\\)\n/;

/**
 * Reads the blocks of commands in a document: `bash`, `sh`, `console`, and blocks without a language that look like
 * commands. A mark applies until the next one.
 *
 * @example
 * readBlocks('README.md', readFileSync('README.md', 'utf8'));
 */
function readBlocks(document: string, text: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  let mark: string | undefined;
  for (const { index, 0: match, groups = {} } of text.matchAll(FENCED)) {
    if (groups.mark) mark = groups.mark;
    const { language = '', text: printed = '' } = groups;
    if (groups.mark || !showsCommands(language, printed)) continue;
    const next = /^\n+```(json|text)\n(.*?)^```$/ms.exec(text.slice(index + match.length));
    const output = next?.index === 0 ? { language: next[1] ?? '', text: next[2] ?? '' } : undefined;
    blocks.push({ document, text: printed, commands: toCommands(language, printed), mark, output });
  }
  return blocks;
}

const showsCommands = (language: string, text: string) =>
  ['bash', 'sh', 'console'].includes(language) || (language === '' && COMMAND.test(text));

function toCommands(language: string, text: string): string[] {
  const lines = text.trim().split(CONTINUED);
  if (language !== 'console') return lines.filter((line) => line !== '');
  return lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
}

/** Reads the blocks of commands in all tracked documents below a folder. */
export function readAllBlocks(root: string): CommandBlock[] {
  const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' });
  return documents
    .trim()
    .split('\n')
    .flatMap((document) => readBlocks(document, readFileSync(resolve(root, document), 'utf8')));
}

/** Options of a run. */
export interface RunOptions {
  /** Environment of the shell. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ports by the port that the document prints; the printed one by default. */
  readonly ports?: Readonly<Record<number, number>>;
  /** Text on the standard input. Default none. */
  readonly input?: string;
  /** Interrupts the command, as Ctrl-C does, when its output matches. */
  readonly until?: RegExp;
  /** Interrupts the command when it aborts. */
  readonly signal?: AbortSignal;
  /** Called with all output so far, whenever there is more. */
  readonly onOutput?: (text: string) => void;
}

/** Result of a run. */
export interface RunResult {
  /** Exit code; `null` when a signal ended the shell. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The commands that documents mark with `tested: FILE`. The test in that file runs them, and at its end none is pending. */
export class TestedCommands {
  readonly blocks: readonly CommandBlock[];
  readonly #root: string;
  readonly #pending: Set<string>;

  constructor(root: string, file: string) {
    this.#root = root;
    this.blocks = readAllBlocks(root).filter(({ mark }) => mark === `tested: ${file}`);
    this.#pending = new Set(this.blocks.flatMap((block) => block.commands.map((text) => keyOf(block, text))));
  }

  /** Returns the blocks of one document. */
  of(document: string): readonly CommandBlock[] {
    return this.blocks.filter((block) => block.document === document);
  }

  /** Returns the commands that no run has executed yet, as `document: command`. */
  pending(): string[] {
    return [...this.#pending];
  }

  /**
   * Runs a command or a whole block exactly as printed, apart from `ports`, from the repository's folder.
   *
   * @throws {Error} when no document prints it
   */
  async run(printed: string, options: RunOptions = {}): Promise<RunResult> {
    let found = false;
    for (const block of this.blocks) {
      const executed =
        block.text === printed ? block.commands : block.commands.filter((text) => text === printed);
      for (const text of executed) this.#pending.delete(keyOf(block, text));
      found ||= executed.length > 0;
    }
    if (!found) throw new Error(`no document prints this command: ${printed}`);
    return runShell(this.#root, movePorts(printed, options.ports ?? {}), options);
  }

  /** Runs the blocks of a document in one shell, one after the other. It stops at the first command that fails. */
  async runAll(document: string, options: RunOptions = {}): Promise<RunResult> {
    const blocks = this.of(document);
    for (const block of blocks) for (const text of block.commands) this.#pending.delete(keyOf(block, text));
    const script = blocks.flatMap(({ commands }) => commands).join('\n');
    return runShell(this.#root, movePorts(script, options.ports ?? {}), options);
  }
}

const keyOf = ({ document }: CommandBlock, command: string) => `${document}: ${command}`;

const movePorts = (script: string, ports: Readonly<Record<number, number>>) =>
  script.replaceAll(/(?<=\blocalhost:)\d+\b/g, (port) => String(ports[Number(port)] ?? port));

async function runShell(cwd: string, script: string, options: RunOptions): Promise<RunResult> {
  const { env, input = '', until, signal, onOutput } = options;
  const child = spawn('bash', ['--norc', '-eo', 'pipefail', '-c', script], { cwd, env, detached: true });
  const result = { out: '', err: '' };
  let interrupted = false;
  const interrupt = () => {
    if (!interrupted && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    interrupted = true;
  };
  signal?.addEventListener('abort', interrupt);
  for (const name of ['out', 'err'] as const) {
    child[`std${name}`].on('data', (chunk: Buffer) => {
      result[name] += chunk;
      const text = result.out + result.err;
      onOutput?.(text);
      if (until?.test(text)) interrupt();
    });
  }
  // A command that ends before it reads its input closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  signal?.removeEventListener('abort', interrupt);
  return { code, ...result };
}
