import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type FakeApi, startFakeApi } from '../fakes/fake-api.ts'
import { badMorning, firstRun } from '../fakes/fake-world.ts'
import { noBrowser, openBrowser, whySkipped } from './browser.ts'
import { openPage, signIn, type TriedPage } from './tried-page.ts'

describe.skipIf(noBrowser)(`a person at the dashboard${whySkipped}`, () => {
  let browser: Browser
  let api: FakeApi
  let tried: TriedPage

  const open = async (path = '/', world = badMorning(Date.now()), width = 1440): Promise<Page> => {
    api = await startFakeApi(world)
    tried = await openPage(browser, api, { path, width })
    await signIn(tried.page, world.password)
    return tried.page
  }

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterEach(async () => {
    await tried.page.context().close()
    await api.close()
    expect(tried.complaints).toEqual([])
    expect(tried.elsewhere).toEqual([])
  })
  afterAll(() => browser.close())

  it('is told in words when the password is wrong, and gets in with the right one', async () => {
    const world = badMorning(Date.now())
    api = await startFakeApi(world)
    tried = await openPage(browser, api, {})
    const { page } = tried
    await signIn(page, 'wrong')
    await page.getByText('User name or password is wrong.').waitFor()
    await signIn(page, world.password)
    await page.getByRole('heading', { name: 'What is wrong now' }).waitFor()
  })

  it('sees what is wrong, the worst first, opens the ticket and comments', async () => {
    const page = await open()
    const causes = page.getByRole('link', { name: /No\. \d+/ })
    await causes.first().waitFor()
    expect(await causes.first().textContent()).toContain('Gateway Kindergarten rack is lost')
    expect(await causes.nth(2).textContent()).toContain('12 devices affected')
    await page.getByText('SW-3 loading bay is silent').click()
    await page.getByText('Opened the ticket').waitFor()
    await page.getByLabel('Comment').fill('The breaker was off.')
    await page.getByRole('button', { name: 'Add comment' }).click()
    const comment = page.getByRole('listitem').filter({ hasText: 'The breaker was off.' })
    await comment.waitFor()
    expect(await comment.textContent()).toContain('Ada Wong')
    expect(api.world.tickets.find(({ id }) => id === 't41')?.events).toHaveLength(4)
  })

  it('moves the ticket on, and is told why it cannot be resolved while the fault is there', async () => {
    const page = await open('/tickets/t41')
    await page.getByRole('button', { name: 'Start remote diagnosis' }).click()
    await page.getByRole('button', { name: 'Resolve' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').fill('Looks fine to me.')
    await dialog.getByRole('button', { name: 'Resolve' }).click()
    await dialog.getByText('The fault is still there.').waitFor()
    await dialog.getByRole('checkbox').check()
    await dialog.getByRole('button', { name: 'Resolve' }).click()
    await page.getByText('Remote diagnosis → Resolved').waitFor()
  })

  it('reads the same page in Chinese after one choice, also the next day', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Ada Wong' }).click()
    await page.getByRole('menuitem', { name: '简体中文' }).click()
    await page.getByRole('heading', { name: '当前故障' }).waitFor()
    await page.getByText('SW-3 loading bay 静默：SNMP 无应答').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: '当前故障' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByText('SW-3 loading bay 静默：SNMP 无应答').click()
    await page.getByText('静默：SNMP 超时无应答（no answer within 2000 ms）').waitFor()
    await page.getByText('其后 12 台设备不可达').waitFor()
  })

  it('adds a device: the form says in words what is missing, then sends what was meant', async () => {
    const page = await open('/devices/new')
    await page.getByRole('button', { name: 'Add a device' }).click()
    await page.getByText('Some fields do not fit yet').waitFor()
    await page.getByText('Choose at least one way to talk to it.').waitFor()
    expect(await page.getByText('Needed.').count()).toBe(3)
    await page.getByLabel('Name').fill('SW-9')
    await page.getByLabel('Kind').selectOption('switch')
    await page.getByLabel('Address').fill('192.0.2.99')
    await page.getByRole('checkbox', { name: 'SNMP' }).check()
    await page.getByText('3', { exact: true }).click()
    await page.getByRole('textbox', { name: 'User' }).fill('ada')
    await page.getByRole('checkbox', { name: 'Sign messages (authentication)' }).check()
    await page.getByRole('textbox', { name: 'Passphrase' }).fill('short')
    await page.getByText('Needs at least 8 characters.').waitFor()
    await page.getByRole('textbox', { name: 'Passphrase' }).fill('long enough')
    await page.getByRole('combobox', { name: 'Method' }).click()
    await page.getByRole('option', { name: 'sha256' }).click()
    await page.getByRole('button', { name: 'Add a device' }).click()
    await page.getByRole('heading', { name: 'SW-9' }).waitFor()
    expect(api.world.devices.at(-1)).toMatchObject({
      name: 'SW-9',
      kind: 'switch',
      gatewayId: 'g1',
      drivers: {
        snmp: { version: '3', user: 'ada', auth: { protocol: 'sha256', key: 'long enough' }, port: 161 },
      },
    })
  })

  it('narrows the device list in the URL, and back undoes it', async () => {
    const page = await open('/devices')
    await page.getByText('SW-3 loading bay', { exact: true }).waitFor()
    await page.locator('label').filter({ hasText: 'Degraded' }).click()
    await page.getByText('SW-3 loading bay', { exact: true }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).toBe('?state=degraded')
    await page.goBack()
    await page.getByText('SW-3 loading bay', { exact: true }).waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  it('gets the command that turns a machine into a gateway', async () => {
    const page = await open('/gateways/g3')
    await page.getByRole('button', { name: 'Make a code' }).click()
    await page.getByText('npm run gateway').waitFor()
    expect(await page.locator('pre').textContent()).toBe(
      `npm run gateway -- --server ${api.url} --enrol K7QM-4XZ2-PD9T --data-dir ./gateway-data`,
    )
  })

  it('is led from an empty installation to the first device', async () => {
    const page = await open('/', firstRun(Date.now()))
    await page.getByText('Three steps until something is watched').waitFor()
    for (const step of ['Add a site', 'Add a gateway', 'Add a device'])
      expect(await page.getByRole('link', { name: step }).count()).toBe(1)
  })
})
