/** The scripts and the commands of the README, run exactly as printed, on a stack with free ports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CommandBlock, TestedCommands } from '../src/documents.js';
import { untilPasses } from '../src/ready.js';
import { busyPorts, freePortSettings, portOf } from './free-ports.js';
import { isAlive, RUNS } from './programs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = new TestedCommands(root, 'local/test/scripts.test.ts');

let elsewhere: string;
let state: string;
let ports: Record<string, string>;

beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'order-pipeline-'));
  state = join(elsewhere, 'state');
  await mkdir(state);
  ports = await freePortSettings();
});

afterAll(async () => {
  await run('quickstart.sh', ['--stop']);
  await rm(elsewhere, { recursive: true });
});

/** Runs a program from a folder that is not the repository's, and returns its exit code and output. */
async function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn(command, args, {
    cwd: elsewhere,
    env: {
      PATH: `${elsewhere}:${process.env.PATH}`,
      SKIP_SETUP: '1',
      STATE_DIR: state,
      ...ports,
      API_URL: `http://localhost:${portOf(ports, 'api')}`,
      PROCESSOR_URL: `http://localhost:${portOf(ports, 'processor')}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code as number, out, err };
}

const run = (script: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runProgram(join(root, 'scripts', script), args, env);

const readPid = async () => Number(await readFile(join(state, 'stack.pid'), 'utf8'));
const writePid = (pid: number | string) => writeFile(join(state, 'stack.pid'), `${pid}\n`);

test('smoke names what is missing when nothing runs', async () => {
  const { code, err } = await run('smoke.sh');
  expect(err).toContain(
    `smoke: the API at http://localhost:${portOf(ports, 'api')} is not ready: start it with scripts/quickstart.sh --detach`,
  );
  expect(code).toBe(1);
});

test('quickstart refuses an option that it does not know', async () => {
  expect(await run('quickstart.sh', ['--background'])).toEqual({
    code: 2,
    out: '',
    err: 'quickstart: unknown option --background: use --detach, --stop, or none\n',
  });
});

test.each(['', 'nonsense', '999999999'])(
  'quickstart --stop forgets a process id that is stale: %j',
  async (pid) => {
    await writePid(pid);
    expect(await run('quickstart.sh', ['--stop'])).toEqual({
      code: 0,
      out: 'quickstart: nothing runs in the background\n',
      err: '',
    });
    await expect(readPid()).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('quickstart --stop leaves alone a process that has got the id meanwhile', async () => {
  const other = spawn(process.execPath, RUNS, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  await writePid(other.pid ?? 0);
  const { out } = await run('quickstart.sh', ['--stop']);
  expect(out).toBe('quickstart: nothing runs in the background\n');
  expect(isAlive(other.pid)).toBe(true);
  other.kill('SIGKILL');
});

test('quickstart --detach says why the stack did not start', async () => {
  const { code, err } = await run('quickstart.sh', ['--detach'], { ORDER_API_PORT: '0' });
  expect(err).toContain('quickstart: the stack did not start:');
  expect(err).toContain('ORDER_API_PORT is too small: set a whole number from 1 to 65535');
  expect(code).toBe(1);
  await expect(readPid()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('quickstart starts one stack, on which an order completes, and stops it', async () => {
  const started = await run('quickstart.sh', ['--detach']);
  expect(started).toMatchObject({ code: 0, err: '' });
  expect(started.out).toMatch(
    /^Ready\.\n {2}console {6}http:\/\/localhost:\d+ .*\n {2}order API {4}http:\/\/localhost:\d+ /,
  );
  const pid = await readPid();

  const again = await run('quickstart.sh', ['--detach']);
  expect(again.out).toContain(`quickstart: it runs in the background already (process ${pid})`);

  const smoke = await run('smoke.sh');
  expect(smoke.out).toMatch(
    /smoke: order \S+ accepted\nsmoke: order COMPLETED\norders_processed_total\{.*status="success"\} 1\nsmoke: passed\n$/,
  );
  expect(smoke).toMatchObject({ code: 0, err: '' });

  expect(await run('quickstart.sh', ['--stop'])).toEqual({ code: 0, out: 'quickstart: stopped\n', err: '' });
  expect(await busyPorts(ports)).toEqual([]);
  expect((await run('quickstart.sh', ['--stop'])).out).toBe('quickstart: nothing runs in the background\n');
});

test('the README starts the stack, and its commands work one after the other', async () => {
  const [quickstart, ...commands] = documents.of('README.md');
  const stop = new AbortController();
  let printed = '';
  const stack = documents.run(quickstart?.text ?? '', {
    ...toOptions(),
    signal: stop.signal,
    onOutput: (text) => {
      printed = text;
    },
  });
  await untilPasses(
    'the stack',
    async () => {
      if (!/^Ready\.$/m.test(printed)) throw new Error(printed);
    },
    30_000,
  );
  await installJq();
  let pollUrl = '';
  for (const block of commands) pollUrl = (await tryBlock(block, pollUrl)) ?? pollUrl;
  stop.abort();
  await stack;
  expect(documents.pending()).toEqual([]);
  expect(await busyPorts(ports)).toEqual([]);
});

function toOptions(env: Readonly<Record<string, string>> = {}) {
  const move = (part: Parameters<typeof portOf>[1]) => Number(portOf(ports, part));
  return {
    env: { ...process.env, PATH: `${elsewhere}:${process.env.PATH}`, SKIP_SETUP: '1', ...ports, ...env },
    ports: {
      8000: move('api'),
      9090: move('processor'),
      8081: move('scoringHttp'),
      50051: move('scoringGrpc'),
    },
  };
}

/** Runs a block until it prints what the README shows. Returns the poll URL, if it prints one. */
async function tryBlock({ text, output }: CommandBlock, pollUrl: string): Promise<string | undefined> {
  let found: string | undefined;
  await untilPasses(
    text,
    async () => {
      const { code, out, err } = await documents.run(text, toOptions({ POLL_URL: pollUrl }));
      if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
      if (output?.language === 'json') expect(shapeOf(out)).toEqual(shapeOf(output.text));
      if (output?.language === 'text') expect(out.trim()).toBe(output.text.trim());
      found = /"poll_url":"([^"]+)"/.exec(out)?.[1];
    },
    20_000,
  );
  return found;
}

/** Returns the fields and the status of a response, which are equal in two responses of the same kind. */
function shapeOf(answer: string): { fields: string[]; status: unknown } {
  const body = JSON.parse(answer) as Record<string, unknown>;
  return { fields: Object.keys(body), status: body.status };
}

/** As much of jq as the README uses, since the machine need not have it: `jq -r .field` */
async function installJq(): Promise<void> {
  const jq = join(elsewhere, 'jq');
  const program = `#!/usr/bin/env node
const [option, path] = process.argv.slice(2);
const value = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))[path.slice(1)];
if (option !== '-r' || value === undefined) process.exit(1);
console.log(value);
`;
  await writeFile(jq, program);
  await chmod(jq, 0o755);
}
