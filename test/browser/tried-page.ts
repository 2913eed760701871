import type { Browser, Page } from 'playwright-core'
import type { FakeApi } from '../fakes/fake-api.ts'

/** A page under test, and everything it did that it should not. */
export interface TriedPage {
  page: Page
  /** What it said on the console, and what it threw. */
  complaints: string[]
  /** What it asked of any other host. */
  elsewhere: string[]
}

export interface Wanted {
  path?: string
  width?: number
  dark?: boolean
}

const PHONE_PX = 500

export async function openPage(browser: Browser, api: FakeApi, wanted: Wanted): Promise<TriedPage> {
  const width = wanted.width ?? 1440
  const context = await browser.newContext({
    viewport: { width, height: width < PHONE_PX ? 844 : 900 },
    colorScheme: wanted.dark ? 'dark' : 'light',
    locale: 'en',
  })
  const page = await context.newPage()
  const [complaints, elsewhere]: [string[], string[]] = [[], []]
  page.on('console', (message) => {
    // The browser itself remarks on a 401; the page asks who is signed in before anybody is.
    const expected = /status of (401|409)/.test(message.text())
    if (['error', 'warning'].includes(message.type()) && !expected) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(api.url)) elsewhere.push(request.url())
  })
  await page.goto(api.url + (wanted.path ?? '/'))
  return { page, complaints, elsewhere }
}

/** Fills the sign-in form, whatever its language. */
export async function signIn(page: Page, password: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill('admin')
  await page.locator('input[autocomplete=current-password]').fill(password)
  await page.locator('button[type=submit]').click()
}
