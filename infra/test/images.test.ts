/** The Dockerfiles and compose.yaml, read as hadolint and `docker compose config` would: no engine runs here. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { PORTS, SERVICE_NAMES, STOP_TIMEOUT_SECONDS } from '../src/decide/services.ts';
import { ROOT } from './support/capture.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Instructions with their continuation lines joined, comments left out. */
function instructionsOf(path: string): { name: string; text: string }[] {
  return read(path)
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name, text] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
      return name && text !== undefined ? [{ name, text: text.replaceAll(/\s+/g, ' ') }] : [];
    });
}

/** The instructions of the last stage. */
function lastStage(path: string) {
  const all = instructionsOf(path);
  return all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
}

const lastOf = (path: string, name: string) => lastStage(path).findLast((it) => it.name === name)?.text;

const DOCKERFILES = ['Dockerfile', 'observability/collector.Dockerfile'];

describe.each(DOCKERFILES)('%s', (path) => {
  it('has no fault that a linter knows', () => {
    expect(validate(read(path)).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual(
      [],
    );
  });

  it('names an exact version of every base image', () => {
    const stages = instructionsOf(path).flatMap(({ name, text }) =>
      name === 'FROM' ? [/ AS (\w+)/.exec(text)?.[1]] : [],
    );
    const bases = instructionsOf(path)
      .filter(({ name }) => name === 'FROM')
      .map(({ text }) => text.split(' ')[0] ?? '')
      .filter((base) => !stages.includes(base));
    for (const base of bases) {
      expect(base.replace(/\$\{NODE_VERSION\}/, nodeVersion())).toMatch(/:v?\d+\.\d+\.\d+/);
    }
  });

  it('runs as a numbered user that is not root', () => {
    expect(lastOf(path, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('starts its process without a shell between, so that signals reach it', () => {
    expect(JSON.parse(lastOf(path, 'CMD') ?? '')).toBeInstanceOf(Array);
  });

  it('copies only what the context has', () => {
    const copied = instructionsOf(path)
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(copied.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
  });
});

function nodeVersion(): string {
  return /ARG NODE_VERSION=(\S+)/.exec(read('Dockerfile'))?.[1] ?? '';
}

describe('Dockerfile', () => {
  it('has the Node that the tests run on', () => {
    expect(nodeVersion()).toBe(JSON.parse(read('package.json')).devDependencies.node);
  });

  it('gives npm the manifest of every workspace, which npm ci compares with the lock file', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    const manifests = globSync(
      workspaces.map((folder) => `${folder}/package.json`),
      { cwd: ROOT },
    );
    const copied = instructionsOf('Dockerfile').flatMap(({ name, text }) =>
      name === 'COPY' ? text.split(' ') : [],
    );
    expect(manifests.filter((manifest) => !copied.includes(manifest))).toEqual([]);
    expect(manifests.length).toBeGreaterThan(8);
  });

  it('runs no install script of a package, and puts production packages alone in the image', () => {
    const installs = instructionsOf('Dockerfile').filter(({ text }) => text.includes('npm ci'));
    expect(installs).toHaveLength(2);
    for (const { text } of installs) expect(text).toContain('--ignore-scripts');
    const stage = lastStage('Dockerfile').filter(({ name }) => name === 'COPY');
    expect(stage.map(({ text }) => text)).toEqual(['--from=production /app ./', '--from=build /out ./']);
    expect(installs.at(-1)?.text).toContain('--omit=dev');
  });

  it('has no secret and installs no system package', () => {
    for (const { name, text } of instructionsOf('Dockerfile')) {
      if (name === 'ARG' || name === 'ENV') expect(text).not.toMatch(/SECRET|PASSWORD|TOKEN|KEY/);
      expect(text).not.toMatch(/apt-get|curl |wget |sudo/);
    }
  });

  it('asks /health for its health', () => {
    expect(lastOf('Dockerfile', 'HEALTHCHECK')).toContain('/health');
    const command = /CMD (\[.*\])$/.exec(lastOf('Dockerfile', 'HEALTHCHECK') ?? '')?.[1] ?? '';
    expect(JSON.parse(command).slice(0, 2)).toEqual(['node', '-e']);
  });
});

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly args: Readonly<Record<string, string>> };
  readonly command?: unknown;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
  readonly healthcheck?: unknown;
}

describe('compose.yaml', () => {
  const { services } = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<string, ComposeService>;
  };
  const dependenciesOf = ({ depends_on: list = [] }: ComposeService): string[] =>
    Array.isArray(list) ? list : Object.keys(list);

  it('has emulators, Redis, the services, Prometheus and Grafana', () => {
    expect(Object.keys(services).sort()).toEqual(
      [
        ...['catalogue', 'dynamodb', 'elasticmq', 'grafana', 'order-api', 'order-processor', 'prometheus'],
        ...['provision', 'redis', 'scoring'],
      ].sort(),
    );
  });

  it('names an exact version of every image', () => {
    for (const { image } of Object.values(services)) {
      if (image) expect(image).toMatch(/:v?\d+\.\d+\.\d+(-\w+)?$/);
    }
  });

  it('can be reached from this machine only', () => {
    for (const { ports = [] } of Object.values(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('waits only for services that there are, and for the health of those that say it', () => {
    for (const service of Object.values(services)) {
      expect(dependenciesOf(service).filter((name) => !(name in services))).toEqual([]);
      for (const [name, { condition }] of Object.entries(
        Array.isArray(service.depends_on) ? {} : (service.depends_on ?? {}),
      )) {
        const dependency = services[name];
        if (condition === 'service_healthy')
          expect(dependency?.healthcheck ?? dependency?.build).toBeDefined();
      }
    }
  });

  it('mounts files that there are, for reading', () => {
    for (const { volumes = [] } of Object.values(services)) {
      for (const volume of volumes) {
        const [source = '', , mode] = volume.split(':');
        expect(existsSync(join(ROOT, source))).toBe(true);
        expect(mode).toBe('ro');
      }
    }
  });

  // ElasticMQ has no topics: order events, and so webhooks, are for `npm start` and AWS. So is the console, which needs a login
  // wherever it listens on more than the loopback interface.
  it.each(SERVICE_NAMES.filter((name) => name !== 'webhooks' && name !== 'operations'))(
    'runs %s as the cloud does: same image, same port, as confined',
    (name) => {
      const service = services[name];
      expect(service?.build?.args).toEqual({ WORKSPACE: `services/${name}`, PORT: String(PORTS[name].ops) });
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        stop_grace_period: `${STOP_TIMEOUT_SECONDS}s`,
      });
      expect(service?.ports).toContain(`127.0.0.1:${PORTS[name].ops}:${PORTS[name].ops}`);
    },
  );
});
