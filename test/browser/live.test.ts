import { say } from '@stillwatch/contract/sentences.ts'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeApi, startFakeApi } from '../fakes/fake-api.ts'
import { badMorning } from '../fakes/fake-world.ts'
import { noBrowser, openBrowser, whySkipped } from './browser.ts'
import { openPage, signIn } from './tried-page.ts'

describe.skipIf(noBrowser)(`what changes on the server${whySkipped}`, () => {
  let browser: Browser
  let api: FakeApi
  let page: Page

  beforeAll(async () => {
    browser = await openBrowser()
  })
  beforeEach(async () => {
    api = await startFakeApi(badMorning(Date.now()))
    page = (await openPage(browser, api, {})).page
    await signIn(page, api.world.password)
    await page.getByText(/^live · /).waitFor()
    await page.getByText('SW-3 loading bay is silent').waitFor()
    await page.mouse.move(0, 0)
  })
  afterEach(async () => {
    await page.context().close()
    await api.close()
  })
  afterAll(() => browser.close())

  /** Another ticket, first in the world and then told to the browsers. */
  const anotherTicket = () => {
    const [like] = api.world.tickets
    if (!like) throw new Error('The bad morning has no ticket.')
    const titleSentence = say('title.silent_quiet', { subject: 'Panel attic' })
    const ticket = { ...like, id: 't42', number: 42, subject: 'Panel attic', titleSentence, level: 1 }
    api.world.tickets.unshift(ticket)
    api.live.emit('tickets', [ticket])
  }

  it('shows on the page by itself', async () => {
    anotherTicket()
    await page.getByText('Panel attic is silent').waitFor()
  })

  it('waits while the pointer is over the list, and says that something came', async () => {
    await page.getByText('SW-3 loading bay is silent').hover()
    anotherTicket()
    await page.getByText('1 new').waitFor()
    expect(await page.getByText('Panel attic is silent').count()).toBe(0)
    await page.mouse.move(0, 0)
    await page.getByText('Panel attic is silent').waitFor()
  })

  it('is asked for again after the line was down, since what was missed is unknown', async () => {
    const [ticket] = api.world.tickets
    if (!ticket) throw new Error('The bad morning has no ticket.')
    // As the server cuts somebody off: the line goes dead without a goodbye.
    for (const socket of api.live.of('/').sockets.values()) socket.conn.close(true)
    ticket.state = 'accepted'
    const row = page.getByRole('link').filter({ hasText: 'SW-3 loading bay is silent' })
    await row.filter({ hasText: 'Accepted' }).waitFor()
  })

  it('ends the session: the sign-in form takes the place of the page', async () => {
    await page.context().clearCookies()
    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })
})
