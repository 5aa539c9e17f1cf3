/** The directions in which dependencies may point: services -> packages/order-protocol -> packages/platform -> packages/contracts. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle hides which module needs which.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'contracts-know-nobody',
      comment: 'Contracts are what all others agree on.',
      severity: 'error',
      from: { path: '^packages/contracts/src' },
      to: { path: '^(packages/(order-protocol|platform)|services|infra|k8s|local|e2e|bench)/' },
    },
    {
      name: 'connect-grpc-js-stands-alone',
      comment: 'It is published: nothing of this workspace exists where it is installed.',
      severity: 'error',
      from: { path: '^packages/connect-grpc-js/src' },
      to: { path: '^(packages|services|infra|local|e2e|bench)/', pathNot: '^packages/connect-grpc-js/src/' },
    },
    {
      name: 'platform-knows-contracts-only',
      comment: 'The platform serves every service and knows none.',
      severity: 'error',
      from: { path: '^packages/platform/src' },
      to: { path: '^(packages/order-protocol|services|infra|k8s|local|e2e|bench)/' },
    },
    {
      name: 'order-protocol-knows-contracts-and-platform-only',
      comment: 'The writes and settlement that the processor and the operators share know neither of them.',
      severity: 'error',
      from: { path: '^packages/order-protocol/src' },
      to: { path: '^(services|infra|k8s|local|e2e|bench)/' },
    },
    {
      name: 'client-knows-nobody',
      comment: 'The client is published: it runs in browsers and depends on nothing.',
      severity: 'error',
      from: { path: '^packages/client/src' },
      to: { pathNot: '^packages/client/src' },
    },
    {
      name: 'services-never-import-each-other',
      comment: 'Services talk over the network, by the contracts.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src' },
      to: { path: '^(services|infra|k8s|local|e2e|bench)/', pathNot: '^services/$1/' },
    },
    {
      name: 'console-knows-contracts-only',
      comment: 'The web console runs in browsers and talks to the operations service by its contract.',
      severity: 'error',
      from: { path: '^services/operations/web/src' },
      to: {
        path: '^(packages|services|infra|k8s|local|e2e|bench)/',
        pathNot: '^(packages/contracts/|services/operations/web/src/)',
      },
    },
    {
      name: 'http-knows-no-orders',
      comment: 'Orders answer over HTTP; what HTTP answers with knows no orders, types included.',
      severity: 'error',
      from: { path: '^services/order-api/src/http/' },
      to: { path: '^services/order-api/src/orders/' },
    },
    {
      name: 'dynamodb-through-the-data-layer',
      comment:
        'Reads and writes go through the tables of packages/platform/src/dynamo, which parse what they read.',
      severity: 'error',
      from: {
        path: '^(packages|services|bench)/',
        pathNot: '^(packages/platform/(src/dynamo/|test/)|bench/src/(aws|process/floor)/)',
      },
      to: { path: 'node_modules/@aws-sdk/(client-dynamodb|lib-dynamodb|util-dynamodb)/' },
    },
    {
      name: 'nobody-imports-the-simulator',
      comment: 'The simulator runs the services; what it finds is fixed in them.',
      severity: 'error',
      from: { pathNot: '^sim/' },
      to: { path: '^sim/' },
    },
    {
      name: 'decisions-do-no-io',
      comment: 'What to decide is functions of their arguments: they import contracts and each other.',
      severity: 'error',
      from: { path: '/decide(/|[.]ts$)' },
      to: { pathNot: ['^packages/contracts/', '/decide(/|[.]ts$)', '^node_modules/@bufbuild/protobuf/'] },
    },
    {
      name: 'infra-knows-contracts-and-settings-only',
      comment:
        'The cloud program is told the shapes of queues and tables, and reads its settings as the services do.',
      severity: 'error',
      from: { path: '^infra/src' },
      to: {
        path: '^(packages|services|k8s|local|e2e|bench)/',
        pathNot: '^packages/(contracts/|platform/(src|dist)/env[.])',
      },
    },
    {
      name: 'manifests-know-contracts-and-decisions-only',
      comment:
        'Kubernetes manifests follow from the same decisions as the cloud program, and know none of its resources.',
      severity: 'error',
      from: { path: '^k8s/src' },
      to: {
        path: '^(packages|services|infra|local|e2e|bench)/',
        pathNot: '^(packages/contracts/|infra/src/decide/)',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
