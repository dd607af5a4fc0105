import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { en } from '../src/languages/en.ts'
import type { Texts } from '../src/languages/languages.ts'
import { type Plural, wordsOf } from '../src/languages/words.ts'
import { wrongAtLast } from './looks.ts'
import { allScreens, type Screen } from './screens.ts'
import { openStage, type Stage, visit } from './stage.ts'
import { signIn } from './steps.ts'

type Group = { readonly [key: string]: string | Plural | Group }

/** A language whose words are longer than those of any other that is likely: each text grows by half, and its words with it. */
const long = stretched(en as unknown as Group) as typeof en
const texts: Texts = wordsOf(long, 'de')

function stretched(group: Group): Group {
  return Object.fromEntries(
    Object.entries(group).map(([key, entry]) => [
      key,
      typeof entry === 'string'
        ? entry.replace(/\{\w+\}|\p{L}{3,}/gu, (word) =>
            word.startsWith('{') ? word : word + word.slice(-Math.ceil(word.length / 2)),
          )
        : stretched(entry as Group),
    ]),
  )
}

let stage: Stage
let screens: readonly Screen[]

before(async () => {
  stage = await openStage()
  const { page, context } = await visit(stage)
  screens = await allScreens(page, stage)
  await context.close()
})
after(() => stage[Symbol.asyncDispose]())

/** Lets the page load the long language in the place of German. */
const speakLong = (context: BrowserContext) =>
  context.route(/\/assets\/de-[^/]*\.js$/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: `export const de = ${JSON.stringify(long)}` }),
  )

/** Texts that stick out of the page, or that a box cuts off without a way to read them. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    /** Whether a part of what lies there cannot be seen, and no scrolling shows it. */
    const cutOff = (element: Element, left: number, right: number): boolean => {
      for (let at: Element | null = element; at && at !== document.body; at = at.parentElement) {
        const { overflowX, textOverflow, position } = getComputedStyle(at)
        // A box that scrolls, or says itself that there is more; and what is heard and not seen.
        if (/auto|scroll/.test(overflowX) || textOverflow === 'ellipsis') return false
        if (position === 'absolute' && at.clientWidth <= 1) return false
        const box = at.getBoundingClientRect()
        if (/hidden|clip/.test(overflowX) && (left < box.left - 1 || right > box.right + 1)) return true
      }
      return left < -1 || right > width + 1
    }
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement } = node
      if (!node.nodeValue?.trim() || !parentElement?.checkVisibility()) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const { left, right } = range.getBoundingClientRect()
      // What is in a field is the field's to show.
      if (left === right) continue
      if (cutOff(parentElement, left, right))
        found.push(`${node.nodeValue.trim()} (${Math.round(left)} to ${Math.round(right)})`)
    }
    const tooWide = document.documentElement.scrollWidth - width
    return tooWide > 0 ? [...found, `the page is ${tooWide} px too wide`] : found
  })
}

const looks = [
  // The narrowest phone, and what a window of 1280 × 800 has left at 400 % (WCAG 2.2 1.4.10).
  { name: 'on a phone', viewport: { width: 320, height: 640 }, direction: 'ltr' },
  // The same at 200 %.
  { name: 'at 200 %, from right to left', viewport: { width: 640, height: 400 }, direction: 'rtl' },
] as const

test('[#147] no text sticks out of a screen when its words are half as long again', async (t) => {
  const options = { viewport: looks[0].viewport, locale: 'de-DE' }
  const signedIn = await visit(stage, options)
  const signedOut = await visit(stage, options)
  for (const { context } of [signedIn, signedOut]) await speakLong(context)
  await signIn(signedIn.page, texts)
  for (const screen of screens) {
    await t.test(screen.name, async () => {
      const { page } = screen.signedOut ? signedOut : signedIn
      await page.setViewportSize(looks[0].viewport)
      await page.goto(screen.path)
      await screen.ready(page, texts)
      for (const { name, viewport, direction } of looks) {
        await page.setViewportSize(viewport)
        await page.evaluate((dir) => {
          document.documentElement.dir = dir
        }, direction)
        assert.deepEqual(await wrongAtLast(page, () => sticksOut(page)), [], name)
        const folder = process.env['PICTURES']
        if (folder)
          await page.screenshot({ path: `${folder}/${screen.name}-${direction}-${viewport.width}.png`, fullPage: true })
      }
    })
  }
  await signedIn.context.close()
  await signedOut.context.close()
})
