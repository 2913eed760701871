import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { apiUnderTest } from '../api-under-test.ts'

function built(): string {
  const outer = temporaryDirectory()
  const dir = join(outer, 'dist')
  mkdirSync(join(dir, 'assets'), { recursive: true })
  writeFileSync(join(dir, 'index.html'), '<title>Stillwatch</title>')
  writeFileSync(join(dir, 'favicon.svg'), '<svg/>')
  writeFileSync(join(dir, 'assets', 'main-4f3a.js'), 'console.log(1)')
  writeFileSync(join(outer, 'secret.key'), 'not for browsers')
  return dir
}

const page = { headers: { accept: 'text/html,application/xhtml+xml,*/*' } }
const get = async (url: string, call = page) =>
  (await apiUnderTest({ dashboardDir: built() })).call('GET', url, call)

describe('the dashboard', () => {
  test.each(['/', '/devices', '/tickets/42?tab=events'])(
    'answers its page at %s, asked for anew each time',
    async (url) => {
      const { status, body, headers } = await get(url)
      expect(status).toBe(200)
      expect(body.text).toBe('<title>Stillwatch</title>')
      expect(headers['cache-control']).toBe('no-cache')
      expect(headers['content-type']).toContain('text/html')
    },
  )

  test('lets browsers keep files whose name carries their hash', async () => {
    const { body, headers } = await get('/assets/main-4f3a.js')
    expect(body.text).toBe('console.log(1)')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['content-type']).toContain('javascript')
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-cache')
  })

  test('does not pass its page off as a file that is missing', async () => {
    const { status, body } = await get('/assets/main-old.js', { headers: { accept: '*/*' } })
    expect([status, body.code]).toEqual([404, 'not_found'])
  })

  test.each([
    '/../secret.key',
    '/%2e%2e/secret.key',
    '/assets/..%2f..%2fsecret.key',
    '/..\\secret.key',
    '/%00',
  ])('never leads out of its directory: %s', async (url) => {
    const { body } = await get(url, { headers: { accept: '*/*' } })
    expect(JSON.stringify(body)).not.toContain('not for browsers')
  })

  test('says what to do when it has not been built', async () => {
    const { status, body } = await (await apiUnderTest()).call('GET', '/', page)
    expect(status).toBe(503)
    expect(body.text).toContain('npm run build')
  })
})
