/**
 * Adds up what a CI run did: node tooling/sum-results.mjs FOLDER TESTS_EXIT_CODE CHECK_EXIT_CODE
 * FOLDER holds vitest.json (vitest's own report) and check.json. Prints `N passed, N failed, N skipped`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '.', testsExit, checkExit] = process.argv.slice(2)

function read(name) {
  const file = join(folder, name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** A step that failed without naming a failed test (it never started, was stopped, left a process behind) counts as one. */
function withExitCode(counts, exitCode) {
  return exitCode !== '0' && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

function testCounts(report) {
  if (!report) return { passed: 0, failed: 0, skipped: 0 }
  // A file that cannot be loaded is a failed suite without a failed test.
  const emptyFailures = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + emptyFailures.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

const tests = withExitCode(testCounts(read('vitest.json')), testsExit)
const checks = withExitCode(read('check.json') ?? { passed: 0, failed: 0, skipped: 0 }, checkExit)
const failed = tests.failed + checks.failed
console.log(
  `${tests.passed + checks.passed} passed, ${failed} failed, ${tests.skipped + checks.skipped} skipped`,
)
process.exitCode = failed > 0 ? 1 : 0
