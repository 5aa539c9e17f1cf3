/** Tests that a rendering reports every fault that is planted in its sources. */
import { beforeAll, expect, it } from '@jest/globals';
import { type Fault, type Rendering, renderWithFaults } from './faults.ts';

/** A fault, and the line by which npm run k8s reports it. */
export interface PlantedFault extends Fault {
  readonly what: string;
  readonly finding: string;
}

/** Defines the tests of these faults, all of which one rendering contains. Call it within a `describe`. */
export function testFaultsAreFound(faults: readonly PlantedFault[]): void {
  let rendering: Rendering;

  beforeAll(() => {
    rendering = renderWithFaults(faults);
  });

  it('writes nothing while a rule is broken', () => {
    expect(rendering).toMatchObject({ status: 1, wrote: false });
  });

  it.each(faults)('finds $what', ({ finding }) => {
    expect(rendering.stderr.split('\n')).toContain(finding);
  });
}
