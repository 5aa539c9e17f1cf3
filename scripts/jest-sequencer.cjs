/** Order of the test files: the longest first, so that no worker starts one while the other has nothing left to do. */
const { default: TestSequencer } = require('@jest/test-sequencer');

/** Tests of the whole system wait more than they compute: other files run alongside. */
const LONG = '/e2e/test/';

module.exports = class LongestFirst extends TestSequencer {
  /** Puts the tests of the whole system first; within both halves the order is Jest's own. */
  sort(tests) {
    const sorted = super.sort(tests);
    const isLong = ({ path }) => path.includes(LONG);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
