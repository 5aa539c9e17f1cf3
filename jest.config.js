import { availableParallelism } from 'node:os';

/** Sources that the tests load: the workspaces' TypeScript itself, so that coverage names the lines that people read. */
const workspaceSources = {
  '^@order-pipeline/client$': '<rootDir>/packages/client/src/index.ts',
  '^@order-pipeline/contracts/(.*)$': '<rootDir>/packages/contracts/src/$1.ts',
  '^connect-grpc-js$': '<rootDir>/packages/connect-grpc-js/src/index.ts',
  '^connect-grpc-js/(.*)$': '<rootDir>/packages/connect-grpc-js/src/$1.ts',
  '^@order-pipeline/order-protocol/(.*)$': '<rootDir>/packages/order-protocol/src/$1.ts',
  '^@order-pipeline/platform/(.*)$': '<rootDir>/packages/platform/src/$1.ts',
  '^@order-pipeline/local/(.*)$': '<rootDir>/local/src/$1.ts',
  '^@order-pipeline/e2e/(.*)$': '<rootDir>/e2e/src/$1.ts',
  '^@order-pipeline/(operations|order-api|order-processor|scoring)/(.*)$': '<rootDir>/services/$1/src/$2.ts',
};

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: { ...workspaceSources, '^(\\.{1,2}/.*)\\.js$': '$1' },
  testTimeout: 60_000,
  // A process that a failed test leaves behind must not keep the gate from ending.
  forceExit: true,
  // One more than cores: every third of a test's time is waited away.
  maxWorkers: availableParallelism() + 1,
  // Modules under Node's vm outlive their test file: a worker that has grown is replaced.
  workerIdleMemoryLimit: '1GB',
  testSequencer: './scripts/jest-sequencer.cjs',
  // Counters in our own sources. V8's coverage measures every module that is loaded: 2 to 5 s more in each file.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary', 'text', 'lcov'],
  collectCoverageFrom: [
    'packages/*/src/**/*.ts',
    'services/*/src/**/*.ts',
    'local/src/**/*.ts',
    // The components run in a process of Pulumi's own, which no coverage sees.
    'infra/{src/config,src/decide,policy/rules}/**/*.ts',
    'k8s/src/**/*.ts',
    '!infra/src/config/types.ts',
    '!k8s/src/settings/types.ts',
    '!**/gen/**',
    '!**/generated/**',
    '!**/main.ts',
    '!**/*.d.ts',
    '!**/*-main.ts',
    '!**/cli.ts',
    // Types alone: there is nothing to run.
    '!**/models.ts',
    '!**/caller.ts',
  ],
  coverageThreshold: {
    global: { lines: 95, statements: 95, functions: 95, branches: 90 },
    '**/decide.ts': { lines: 100, branches: 100, functions: 100 },
    '**/decide/**/*.ts': { lines: 100, branches: 100, functions: 100 },
  },
};
