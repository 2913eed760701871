import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = process.env.STILLWATCH_CHROMIUM ?? '/usr/bin/chromium'

/** Browser tests need Debian's chromium, and say so by name where it is missing. */
export const noBrowser = !existsSync(executablePath)
export const whySkipped = noBrowser ? ` (skipped: there is no ${executablePath})` : ''

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
