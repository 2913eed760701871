import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError, environment, readConfig } from '../../../server/config.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { otherKey, testCertificate } from '../../fakes/test-certificate.ts'
import { fuzzParameters } from '../../suites/counts.ts'

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

function tlsFiles(key = testCertificate.key) {
  const dir = temporaryDirectory()
  const files = { STILLWATCH_TLS_CERT: join(dir, 'cert.pem'), STILLWATCH_TLS_KEY: join(dir, 'key.pem') }
  writeFileSync(files.STILLWATCH_TLS_CERT, testCertificate.cert)
  writeFileSync(files.STILLWATCH_TLS_KEY, key)
  return files
}

describe('without any variable', () => {
  test('the server listens on this machine only and keeps everything in ./data', () => {
    const dataDir = resolve('data')
    expect(readConfig({})).toEqual({
      httpPort: 8080,
      mqttPort: 1883,
      bind: '127.0.0.1',
      publicUrl: null,
      tls: null,
      dataDir,
      recordsFile: join(dataDir, 'stillwatch.db'),
      secretFile: join(dataDir, 'secret.key'),
      adminPassword: null,
      demo: false,
      localGatewayDir: null,
    })
  })

  test('an empty one counts as none', () => {
    const empty = Object.fromEntries(Object.keys(environment).map((name) => [name, '']))
    expect(readConfig(empty)).toEqual(readConfig({}))
  })
})

test('every variable has its effect', () => {
  const tls = tlsFiles()
  const config = readConfig({
    ...tls,
    STILLWATCH_HTTP_PORT: '0',
    STILLWATCH_MQTT_PORT: '0',
    STILLWATCH_BIND: '0.0.0.0',
    STILLWATCH_PUBLIC_URL: 'https://watch.example:8443/',
    STILLWATCH_DATA_DIR: '/srv/watch',
    STILLWATCH_SECRET_FILE: '/etc/watch.key',
    STILLWATCH_RECORDS_URL: 'sqlite:other.db',
    STILLWATCH_METRICS_URL: 'sqlite:',
    STILLWATCH_ADMIN_PASSWORD: 'long enough',
    STILLWATCH_DEMO: '1',
    STILLWATCH_LOCAL_GATEWAY: '/srv/watch/gateway',
  })
  expect(config).toEqual({
    httpPort: 0,
    mqttPort: 0,
    bind: '0.0.0.0',
    publicUrl: 'https://watch.example:8443',
    tls: testCertificate,
    dataDir: '/srv/watch',
    recordsFile: '/srv/watch/other.db',
    secretFile: '/etc/watch.key',
    adminPassword: 'long enough',
    demo: true,
    localGatewayDir: '/srv/watch/gateway',
  })
  expect(readConfig(tls).mqttPort).toBe(8883)
})

test('everything that is wrong is said at once, each with its variable, its value and what is allowed', () => {
  const problems = problemsOf({
    STILLWATCH_HTTP_PORT: '80o0',
    STILLWATCH_MQTT_PORT: '70000',
    STILLWATCH_BIND: '0.0.0.0',
    STILLWATCH_INSECURE: 'yes',
    STILLWATCH_PUBLIC_URL: 'watch.example',
    STILLWATCH_RECORDS_URL: 'postgres://me:hunter2@db/watch',
    STILLWATCH_METRICS_URL: 'influx://me:hunter2@db',
    STILLWATCH_ADMIN_PASSWORD: 'hunter2',
    STILLWATCH_TLS_CERT: '/nowhere/cert.pem',
    STILLWATCH_DEMO: 'true',
  })
  expect(problems).toEqual([
    'STILLWATCH_TLS_CERT is "/nowhere/cert.pem"; a readable PEM file is expected.',
    'STILLWATCH_TLS_KEY is ""; certificate and key come together.',
    'STILLWATCH_HTTP_PORT is "80o0"; a port from 0 to 65535 is expected; 0 takes a free one.',
    'STILLWATCH_MQTT_PORT is "70000"; a port from 0 to 65535 is expected; 0 takes a free one.',
    'STILLWATCH_INSECURE is "yes"; 0 or 1 is expected.',
    'STILLWATCH_BIND is "0.0.0.0"; beyond this machine, passwords would travel readable. Set STILLWATCH_TLS_CERT and STILLWATCH_TLS_KEY, or STILLWATCH_INSECURE=1.',
    'STILLWATCH_PUBLIC_URL is "watch.example"; http:// or https://, a host and perhaps a port are expected, without a path.',
    'STILLWATCH_RECORDS_URL is "postgres://***@db/watch"; only sqlite: or sqlite:FILE works for now.',
    'STILLWATCH_METRICS_URL is "influx://***@db"; only sqlite: works for now.',
    'STILLWATCH_ADMIN_PASSWORD (not shown) needs 10 to 256 characters.',
    'STILLWATCH_DEMO is "true"; 0 or 1 is expected.',
  ])
  expect(problems.join()).not.toContain('hunter2')
})

describe('listening beyond this machine', () => {
  test.each(['0.0.0.0', '::', '192.168.1.5', 'watch.example', '1270.0.0.1'])(
    'on %s needs TLS or a clear word',
    (bind) => {
      expect(problemsOf({ STILLWATCH_BIND: bind })).toHaveLength(1)
      expect(problemsOf({ STILLWATCH_BIND: bind, STILLWATCH_INSECURE: '1' })).toEqual([])
      expect(problemsOf({ STILLWATCH_BIND: bind, ...tlsFiles() })).toEqual([])
    },
  )

  test.each(['127.0.0.1', '127.0.0.53', '::1', 'localhost'])('does not begin with %s', (bind) => {
    expect(problemsOf({ STILLWATCH_BIND: bind })).toEqual([])
  })
})

test('a key that is not the one of the certificate is refused', () => {
  expect(problemsOf(tlsFiles(otherKey))).toEqual([
    expect.stringMatching(/^STILLWATCH_TLS_KEY is ".*key.pem"; it is not the key of STILLWATCH_TLS_CERT\.$/),
  ])
})

test('one port cannot serve both', () => {
  expect(problemsOf({ STILLWATCH_HTTP_PORT: '1883' })).toEqual([
    'STILLWATCH_MQTT_PORT is "1883"; another port than STILLWATCH_HTTP_PORT is expected.',
  ])
  expect(problemsOf({ STILLWATCH_HTTP_PORT: '0', STILLWATCH_MQTT_PORT: '0' })).toEqual([])
})

test.each([
  'http://watch.example/path',
  'ftp://watch.example',
  'https://me:secret@watch.example',
  'https://x/?a',
])('%s is not a public URL', (url) => expect(problemsOf({ STILLWATCH_PUBLIC_URL: url })).toHaveLength(1))

test('whatever the variables hold, the answer is a configuration or a list of problems', () => {
  const names = Object.keys(environment).filter((name) => !name.includes('TLS'))
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.string()), (env) => {
      for (const problem of problemsOf(env)) expect(problem).toMatch(/^STILLWATCH_[A-Z_]+ /)
    }),
    fuzzParameters(),
  )
})
