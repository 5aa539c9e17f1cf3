/** The package as a user gets it: packed, installed into an empty project, with the example of its README. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestedCommands } from '../../../local/src/documents.js';

const run = promisify(execFile);
const ROOT = resolve('.');
const PACKAGE = join(ROOT, 'packages/connect-grpc-js');
const PATH = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);

let project: string;
let server: ChildProcess;
let port: number;
let contents: string[];
let readme: string;

/** The README's code blocks in a language, with the port of this run. */
const blocksOf = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) =>
    code.replaceAll('50051', String(port)),
  );

const inProject = (file: string, args: readonly string[]) =>
  run(file, args, { cwd: project, env: { ...process.env, PATH } });

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'connect-grpc-js-'));
  port = await freePort();
  readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
  await install();
  for (const code of ['proto', 'yaml', 'js'].flatMap(blocksOf)) {
    const [, path] = /^(?:\/\/|#) (\S+)\n/.exec(code) ?? [];
    if (path === undefined) throw new Error(`a code block names no file: ${code}`);
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), code);
  }
  await inProject('buf', ['generate']);
  server = spawn(process.execPath, ['server.mjs'], { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
  if (!server.stdout) throw new Error('no output');
  const [line] = await once(server.stdout, 'data');
  expect(String(line)).toBe('ready\n');
});

afterAll(async () => {
  server?.kill();
  await rm(project, { recursive: true, force: true });
});

/** Unpacks the tarball, and links what it asks for from the packages that are installed here: tests have no registry. */
async function install(): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: PACKAGE,
    env: { ...process.env, PATH },
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  contents = packed.files.map(({ path }: { path: string }) => path);
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, 'connect-grpc-js'), { recursive: true });
  await run('tar', [
    '-xzf',
    join(project, packed.filename),
    '-C',
    join(modules, 'connect-grpc-js'),
    '--strip',
    '1',
  ]);
  const manifest = JSON.parse(await readFile(join(modules, 'connect-grpc-js/package.json'), 'utf8'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  await new Promise((closed) => listener.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('contains code, types, sources and documents, and nothing else', () => {
  for (const file of [
    'dist/index.js',
    'dist/index.d.ts',
    'dist/health.js',
    'dist/reflection.js',
    'src/index.ts',
  ])
    expect(contents).toContain(file);
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) expect(contents).toContain(file);
  const others = contents.filter((file) => !/^(dist|src)\/.*\.(js|ts|map)$/.test(file));
  expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
});

test('runs the client of the README', async () => {
  const { stdout } = await inProject(process.execPath, ['client.mjs']);
  expect(stdout).toBe(blocksOf('text')[0]);
});

test('answers the tools of the README', async () => {
  const documents = new TestedCommands(ROOT, 'packages/connect-grpc-js/test/package.test.ts');
  for (const { text } of documents.blocks) {
    const { out } = await documents.run(text, { env: process.env, ports: { 50051: port } });
    expect(JSON.parse(out)).toEqual({ greeting: 'Hello, Ada!' });
  }
  expect(documents.pending()).toEqual([]);
});

test('refuses a bad request with the code that the example gives', async () => {
  const url = `http://localhost:${port}/greet.v1.GreetService/Greet`;
  const call = inProject('buf', ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '-d', '{}', url]);
  await expect(call).rejects.toMatchObject({ stderr: expect.stringContaining('name must not be empty') });
});
