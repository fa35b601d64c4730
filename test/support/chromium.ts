/**
 * A real browser, for what browsers decide: what a page may load, send and connect to. Whatever it complains of on its
 * console fails the test, unless the test takes it.
 */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const QUIET = ['--disable-gpu', '--disable-quic', '--disable-component-update', '--disable-sync']

export interface Chromium {
  /** A tab with cookies of its own. */
  open(options?: BrowserContextOptions): Promise<Page>
  /** What was complained of so far; it is forgotten with that. */
  complaints(): string[]
}

/** For all tests of a `describe`. */
export function useChromium(): Chromium {
  const said: string[] = []
  let browser: Browser | null = null
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env.TEST_CHROMIUM ?? 'chromium', args: QUIET })
  })
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? [])
    expect(said.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())
  return {
    async open(options) {
      if (!browser) throw new Error('The browser has not been started yet.')
      const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options })
      context.on('console', (message) => {
        if (message.type() === 'error') said.push(message.text())
      })
      context.on('weberror', (thrown) => said.push(String(thrown.error())))
      context.setDefaultTimeout(20_000)
      return context.newPage()
    },
    complaints: () => said.splice(0),
  }
}
