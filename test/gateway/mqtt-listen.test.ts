import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMqttListen } from '../../gateway/mqtt-listen.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'

function read(listen: string | undefined, file?: string) {
  const problems: string[] = []
  return { listen: readMqttListen(listen, file, Number, problems), problems }
}

function credentialsFile(text: string, mode = 0o600): string {
  const file = join(temporaryDirectory(), 'mqtt')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

test.each([
  ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
  ['[::1]:1883', { host: '::1', port: 1883 }],
  ['192.168.7.2:1883', { host: '192.168.7.2', port: 1883 }],
  ['box.site.example:1883', { host: 'box.site.example', port: 1883 }],
])('a broker of its own may listen on %s for everybody', (text, listen) => {
  expect(read(text)).toEqual({ listen, problems: [] })
})

test.each([
  '1883',
  ':1883',
  '0.0.0.0:1883',
  '0:1883',
  '[::]:1883',
  ':::1883',
  '[0:0::0]:1883',
  '[::ffff:0.0.0.0]:1883',
])('on %s it would let everybody in and is refused', (text) => {
  expect(read(text).problems).toEqual([expect.stringContaining('would let everybody in')])
})

test.each([
  ['site:secret', { username: 'site', password: 'secret' }],
  ['site:with:colons and spaces \n', { username: 'site', password: 'with:colons and spaces ' }],
  ['site:secret\r\n', { username: 'site', password: 'secret' }],
])('with credentials it may listen on all addresses', (text, credentials) => {
  expect(read('1883', credentialsFile(text))).toEqual({
    listen: { host: '0.0.0.0', port: 1883, ...credentials },
    problems: [],
  })
})

test.each(['', '\n', 'secret', ':secret', 'site:', 'site:secret\nsite:other\n'])(
  'a file with %j is refused, and nobody is shown what is in it',
  (text) => {
    const file = credentialsFile(text)
    expect(read('1883', file).problems).toEqual([
      `--mqtt-listen-credentials: ${file} must hold one line, USERNAME:PASSWORD.`,
    ])
  },
)

test.each([0o644, 0o604, 0o660, 0o606])('a file of mode %o is refused', (mode) => {
  const file = credentialsFile('site:secret', mode)
  expect(read('1883', file).problems).toEqual([
    `--mqtt-listen-credentials: others may read or change ${file}; say chmod 600 ${file}.`,
  ])
})

test.each([0o600, 0o400, 0o440, 0o640])('a file of mode %o is taken', (mode) => {
  expect(read('1883', credentialsFile('site:secret', mode)).problems).toEqual([])
})

test('a file that is not there is refused, and so are credentials for no broker', () => {
  expect(read('1883', '/nowhere/at/all').problems).toEqual([
    expect.stringContaining('--mqtt-listen-credentials cannot be read: ENOENT'),
  ])
  expect(read(undefined, credentialsFile('site:secret')).problems).toEqual([
    '--mqtt-listen-credentials is for a broker of its own: give --mqtt-listen as well.',
  ])
})
