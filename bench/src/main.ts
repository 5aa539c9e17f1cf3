/** `npm run bench -- NAME`: measures one part of the system and prints what it found. */
const SUITES: Readonly<Record<string, () => Promise<{ run(): Promise<boolean> }>>> = {
  'hot-sku': () => import('./hot-sku/bench.js'),
  rpc: () => import('./rpc/bench.js'),
};

const name = process.argv[2] ?? '';
const load = SUITES[name];
if (!load) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(SUITES).join(' | ')}\n`);
  process.exit(2);
}
const suite = await load();
process.exit((await suite.run()) ? 0 : 1);
