/** Order of the test files: the longest first, so that no worker starts one while the others have nothing left to do. */
const { default: TestSequencer } = require('@jest/test-sequencer');

/** Test files of 20 s and more, the longest first. A clean checkout has no durations of an earlier run. */
const LONGEST = [
  '/e2e/test/chaos-mutations.test.ts',
  '/e2e/test/chaos.test.ts',
  '/e2e/test/alerts.test.ts',
  '/sim/test/gate.test.ts',
  '/infra/test/image-size.test.ts',
  '/e2e/test/document-commands.test.ts',
  '/services/operations/web/test/',
  '/services/order-api/test/waiting.test.ts',
  '/services/order-api/test/docs-browser.test.ts',
  '/services/order-api/test/conformance.test.ts',
  '/infra/test/program.test.ts',
  '/infra/test/subnets.test.ts',
  // Tests of the whole system wait more than they compute: other files run alongside.
  '/e2e/test/',
];

function rankOf({ path }) {
  const rank = LONGEST.findIndex((part) => path.includes(part));
  return rank === -1 ? LONGEST.length : rank;
}

module.exports = class LongestFirst extends TestSequencer {
  /** Puts the longest test files first; files of one rank keep Jest's order. */
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
};
