import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { keepDeviceList } from '../../../gateway/devices/cache.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { deviceList, identityIn, NOWHERE, startSite } from '../site.ts'

async function startPage() {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  const name = '<script>alert("1")</script> & friends'
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera', name }]))
  const { clock, gateway } = await startSite(dataDir, identity, { statusPort: 0 })
  onTestFinished(() => gateway.close())
  await clock.advance(21_000)
  return gateway.statusUrl ?? ''
}

const get = (url: string, host?: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { headers: host ? { host } : {} }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })

test('the page shows devices and the link while the gateway is cut off, and nothing a device is called can run', async () => {
  const url = await startPage()
  const page = await (await fetch(url)).text()
  expect(page).toContain('cut off: everything is kept here')
  expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; friends')
  expect(page).not.toContain('<script')
})

test('the same is there as JSON, without any credential', async () => {
  const response = await fetch(`${await startPage()}/status.json`)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({
    link: 'offline',
    devices: [{ id: 'camera', pastDeadline: false }],
  })
  expect(text).not.toContain('sealed')
})

test('it answers only reading, only under a loopback name', async () => {
  const url = await startPage()
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect(await get(url, 'evil.example')).toBe(403)
  expect(await get(url, 'localhost:1')).toBe(200)
})
