import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettings } from '../../gateway/config.ts'
import { keepOptions } from '../../gateway/kept-options.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'

/** One start of a gateway out of this directory. */
function start(dataDir: string, ...args: string[]) {
  const settings = readSettings(['--data-dir', dataDir, ...args], () => true)
  keepOptions(dataDir, settings.kept)
  return settings
}

test('what was told once holds for later starts, until it is told otherwise', () => {
  const dataDir = temporaryDirectory()
  const file = join(temporaryDirectory(), 'mqtt')
  writeFileSync(file, 'site:secret', { mode: 0o600 })
  const mqttListen = { host: '0.0.0.0', port: 1883, username: 'site', password: 'secret' }
  const once = ['--mqtt-listen', '1883', '--mqtt-listen-credentials', file, '--status-port', '-1']
  expect(start(dataDir, ...once)).toMatchObject({ statusPort: -1, mqttListen })
  expect(start(dataDir)).toMatchObject({ statusPort: -1, mqttListen })

  writeFileSync(file, 'site:changed')
  expect(start(dataDir).mqttListen?.password).toBe('changed')
  expect(start(dataDir, '--mqtt-listen', '127.0.0.1:1884').mqttListen).toMatchObject({
    port: 1884,
    username: 'site',
  })
  expect(start(dataDir, '--status-port', '8091')).toMatchObject({
    statusPort: 8091,
    mqttListen: { port: 1884 },
  })
})

test('a broker that is switched off stays off', () => {
  const dataDir = temporaryDirectory()
  start(dataDir, '--mqtt-listen', '127.0.0.1:1883')
  expect(start(dataDir, '--mqtt-listen', 'off').mqttListen).toBeUndefined()
  expect(start(dataDir).mqttListen).toBeUndefined()
})

test('no password is kept, and only its owner may read the file', () => {
  const dataDir = temporaryDirectory()
  const file = join(temporaryDirectory(), 'mqtt')
  writeFileSync(file, 'site:secret', { mode: 0o600 })
  const { kept } = start(dataDir, '--mqtt-listen', '1883', '--mqtt-listen-credentials', file)
  expect(JSON.stringify(kept)).not.toContain('secret')
  expect(statSync(join(dataDir, 'settings.json')).mode & 0o777).toBe(0o600)
})

test.each(['not JSON', '[]', '{"mqtt-listen": 1883}'])(
  'a settings file with %j stops the start: without it a broker would be missing unnoticed',
  (text) => {
    const dataDir = temporaryDirectory()
    const path = join(dataDir, 'settings.json')
    writeFileSync(path, text)
    expect(() => start(dataDir)).toThrow(`${path} cannot be used: remove it and give the options once more.`)
  },
)
