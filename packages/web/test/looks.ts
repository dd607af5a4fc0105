import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContextOptions, Page } from 'playwright-core'

/** A way to look at a screen. */
export interface Look {
  readonly name: string
  readonly colorScheme: 'light' | 'dark'
  readonly viewport: { readonly width: number; readonly height: number }
}

const light: Look = { name: 'light', colorScheme: 'light', viewport: { width: 1200, height: 800 } }
const dark: Look = { ...light, name: 'dark', colorScheme: 'dark' }
const phone: Look = { ...light, name: 'on a small phone', viewport: { width: 360, height: 740 } }

/** A language, and the looks that a screen gets in it: it is opened in the first one and seen in the others as well. */
export interface Walk {
  readonly name: string
  readonly language: 'en' | 'de'
  readonly looks: readonly [Look, ...Look[]]
  /** How its browser is set. */
  readonly options: BrowserContextOptions
}

function walk(name: string, language: Walk['language'], locale: string, looks: Walk['looks']): Walk {
  const [{ colorScheme, viewport }] = looks
  return { name, language, looks, options: { locale, colorScheme, viewport } }
}

/** Between them each screen is opened on a desktop and on a phone. */
export const walks = {
  english: walk('in English', 'en', 'en-US', [light, phone]),
  german: walk('in German', 'de', 'de-AT', [phone, dark]),
} as const

async function show(page: Page, { colorScheme, viewport }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize(viewport)
}

/** Opens a page in the first look of a walk. */
export async function openIn(page: Page, { looks }: Walk, path: string): Promise<void> {
  await show(page, looks[0])
  await page.goto(path)
}

/** Looks at what is open in another way, as somebody does who makes the window smaller or whose machine goes dark. */
async function lookAt(page: Page, look: Look): Promise<void> {
  await show(page, look)
  await page.locator(`html[data-mantine-color-scheme=${look.colorScheme}]`).waitFor({ state: 'attached' })
}

/** What shows on this page can be used by everybody, as far as axe can tell. */
export async function assertAccessible(page: Page, look?: string): Promise<void> {
  // The other mode is for frames of other origins, which a page of ours never has, and opens a page more for each look.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    [],
    look,
  )
}

/** Asks until the answer is that nothing is wrong, since a page needs a moment after its window has changed; what is wrong at last. */
export async function wrongAtLast<T>(page: Page, ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (let tries = 0; ; tries++) {
    const wrong = await ask()
    if (wrong.length === 0 || tries === 50) return wrong
    await page.waitForTimeout(100)
  }
}

/** Nobody has to scroll sideways. */
export async function assertFits(page: Page, look?: string): Promise<void> {
  const tooWide = () =>
    page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} px too wide`] : []
    })
  assert.deepEqual(await wrongAtLast(page, tooWide), [], look)
}

/** A box that is trimmed to its capitals does not hide what stands out of them, as in Ä and g. */
async function assertWholeLetters(page: Page, look?: string): Promise<void> {
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => {
        const style = getComputedStyle(element)
        return style.overflow === 'hidden' && style.getPropertyValue('text-box-trim') === 'trim-both'
      })
      .map(({ innerText }) => innerText),
  )
  assert.deepEqual(cut, [], look)
}

/** What is open is accessible and fits its width in all looks of a walk, and the browser has nothing to complain about. */
export async function assertLooksRight(
  page: Page,
  { looks, language }: Walk,
  complaints: string[],
  name: string,
): Promise<void> {
  const pictures = process.env['PICTURES']
  if (pictures) await mkdir(pictures, { recursive: true })
  for (const look of looks) {
    await lookAt(page, look)
    await assertFits(page, look.name)
    await assertWholeLetters(page, look.name)
    await assertAccessible(page, look.name)
    if (pictures)
      await page.screenshot({ path: join(pictures, `${name} ${look.name} ${language}.png`), fullPage: true })
  }
  assert.deepEqual(complaints.splice(0), [])
}
