import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettings, SettingsError } from '../../gateway/config.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'

const enrolled = () => true
const unknown = () => false

function problemsOf(args: readonly string[], isEnrolled: () => boolean): readonly string[] {
  try {
    readSettings(args, isEnrolled)
    return []
  } catch (error) {
    return error instanceof SettingsError ? error.problems : [String(error)]
  }
}

test('a gateway that is enrolled needs only its data directory', () => {
  expect(readSettings(['--data-dir', '/data'], enrolled)).toEqual({
    dataDir: '/data',
    statusPort: 8090,
    kept: {},
  })
})

test('everything wrong with the command line is told at once', () => {
  const args = ['--enrol', 'no code!', '--status-port', '99999', '--mqtt-listen', 'x', '--speed', 'extra']
  expect(problemsOf(args, unknown)).toEqual([
    '--speed is not an option of this program.',
    '"extra" is not an option of this program.',
    '--data-dir is missing: say where this gateway may keep its data.',
    '--server is missing: an enrolment code is good for one server.',
    'The enrolment code does not look like one: copy it from the gateway page.',
    '--status-port must be a whole number from -1 to 65535; it is "99999".',
    '--mqtt-listen on all addresses would let everybody in: give --mqtt-listen-credentials, or the one HOST it may listen on without.',
    '--mqtt-listen must be a whole number from 0 to 65535; it is "x".',
  ])
})

test.each([
  [['--data-dir', 'd'], unknown, 'This gateway is not enrolled yet: give --server and --enrol.'],
  [
    ['--data-dir', 'd', '--server', 'ftp://x', '--enrol', 'ABCD-1234'],
    unknown,
    '--server must be an http or https URL; it is "ftp://x".',
  ],
  [
    ['--data-dir', 'd', '--enrol-file', '/nowhere/at/all', '--server', 'http://x'],
    unknown,
    expect.stringContaining('--enrol-file cannot be read'),
  ],
  [['--data-dir'], enrolled, '--data-dir needs a value.'],
  [
    ['--data-dir', 'd', '--enrol', 'ABCD', '--enrol-file', 'f', '--server', 'http://x'],
    enrolled,
    'Give --enrol or --enrol-file, not both.',
  ],
])('%j is refused with a sentence', (args, isEnrolled, sentence) => {
  expect(problemsOf(args, isEnrolled)[0]).toEqual(sentence)
})

test('the code may come from a file, which an enrolled gateway no longer reads', () => {
  const file = join(temporaryDirectory(), 'code')
  writeFileSync(file, '7K3M-Q9TX-0ABC\n')
  const args = ['--data-dir', 'd', '--server', 'https://nms.example', '--enrol-file', file]
  expect(readSettings(args, unknown).enrolment).toEqual({
    server: 'https://nms.example',
    code: '7K3M-Q9TX-0ABC',
  })
  expect(readSettings(args, enrolled).enrolment).toBeUndefined()
})

test('a new code enrols an enrolled gateway again', () => {
  const args = [
    '--data-dir',
    'd',
    '--server',
    'https://nms.example',
    '--enrol',
    `7K3M-Q9TX-0ABC.${'ab'.repeat(32)}`,
  ]
  expect(readSettings(args, enrolled).enrolment?.code).toBe(`7K3M-Q9TX-0ABC.${'ab'.repeat(32)}`)
})
