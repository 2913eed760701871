import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = process.env.STILLWATCH_CHROMIUM ?? '/usr/bin/chromium'

/** Why browser tests cannot run here; undefined when they can. */
export const noBrowser = existsSync(executablePath) ? undefined : `no ${executablePath}`

/** A browser that talks to nobody but the page's own host. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
