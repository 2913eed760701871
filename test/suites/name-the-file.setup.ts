import { expect } from 'vitest'

/** Every process a test starts inherits the name of its test file, so that one left running can be traced to it. */
process.env.STILLWATCH_TEST_FILE = expect.getState().testPath ?? 'unknown'
