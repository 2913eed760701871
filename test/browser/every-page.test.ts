import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dist, type FakeApi, startFakeApi } from '../fakes/fake-api.ts'
import { badMorning } from '../fakes/fake-world.ts'
import { noBrowser, openBrowser, whySkipped } from './browser.ts'
import { openPage, signIn } from './tried-page.ts'

/** Bytes of JavaScript, gzipped, that the first screen may cost (service on a phone at the edge of a network). */
const FIRST_SCREEN_BYTES = 250 * 1024

const paths = [
  '/',
  '/tickets',
  '/tickets/t41',
  '/devices',
  '/devices/d1',
  '/devices/d20/edit',
  '/devices/new',
  '/sites',
  '/sites/s1',
  '/gateways',
  '/gateways/g3',
  '/users',
  '/profile',
  '/no-such-page',
]

describe.skipIf(noBrowser)(`every page${whySkipped}`, () => {
  let browser: Browser
  let api: FakeApi

  beforeAll(async () => {
    browser = await openBrowser()
    api = await startFakeApi(badMorning(Date.now()))
  })
  afterAll(async () => {
    await browser.close()
    await api.close()
  })

  it.each([
    ['on a desk, light', 1440, false, 'en'],
    ['on a phone, dark, in Chinese', 390, true, 'zh-CN'],
  ] as const)('has a heading, fits and does not complain %s', async (_name, width, dark, language) => {
    api.world.me.language = language
    const { page, complaints, elsewhere } = await openPage(browser, api, { width, dark })
    await signIn(page, api.world.password)
    await page.locator('nav').waitFor()
    for (const path of paths) {
      await page.goto(api.url + path)
      await page.locator('main h1').waitFor()
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(tooWide, path).toBeLessThanOrEqual(0)
      expect(await page.getByRole('alert').count(), path).toBe(0)
    }
    expect(complaints).toEqual([])
    expect(elsewhere).toEqual([])
    await page.context().close()
  })

  it('of the first screen costs little JavaScript', async () => {
    api.world.me.language = 'en'
    api.asked.length = 0
    const { page } = await openPage(browser, api, {})
    await signIn(page, api.world.password)
    await page.getByRole('heading', { name: 'What is wrong now' }).waitFor()
    const scripts = [...new Set(api.asked.filter((asked) => asked.endsWith('.js')))]
    const sizes = scripts.map((asked) => gzipSync(readFileSync(join(dist, asked.replace('GET ', '')))).length)
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`First screen: ${bytes} bytes of JavaScript, gzipped, in ${sizes.length} files.`)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(FIRST_SCREEN_BYTES)
    await page.context().close()
  })
})
