/**
 * A vitest reporter that writes what ran to the file named by MASSGEN_TEST_COUNTS: how many tests passed and failed,
 * and every skipped one by name with its reason. A file that cannot be loaded and an error outside any test count as
 * one failure each.
 */
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  /** Left out by a name filter, tests count as skipped; nobody wants those listed. */
  filtered = false;

  /** @param {import('vitest/node').Vitest} vitest */
  onInit(vitest) {
    this.filtered = vitest.config.testNamePattern !== undefined;
  }

  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env.MASSGEN_TEST_COUNTS;
    if (file === undefined) return;
    /** @type {{ name: string, reason: string }[]} */
    const skipped = [];
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'skipped') skipped.push({ name: nameOf(test), reason: reasonOf(result) });
        else failed += 1; // Also a test that never came to its end.
      }
    }
    writeFileSync(file, JSON.stringify({ passed, failed, skipped: this.filtered ? [] : skipped }));
  }
}

/** @param {import('vitest/node').TestCase} test */
const nameOf = (test) => `${test.module.relativeModuleId} > ${test.fullName}`;

/** @param {{ note?: string | undefined }} result */
const reasonOf = (result) => result.note ?? 'no reason given';
