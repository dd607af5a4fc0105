import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { loadLanguage } from '../src/languages/languages.ts'
import { allScreens, type Screen } from './screens.ts'
import { openStage, type Stage, visit } from './stage.ts'
import { signIn } from './steps.ts'

let stage: Stage
let screens: readonly Screen[]

before(async () => {
  stage = await openStage()
  const { page, context } = await visit(stage)
  screens = await allScreens(page, stage)
  await context.close()
})
after(() => stage[Symbol.asyncDispose]())

const looks = [
  { name: 'light', language: 'en', options: { colorScheme: 'light', viewport: { width: 1200, height: 800 } } },
  {
    name: 'dark, German',
    language: 'de',
    options: { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 1200, height: 800 } },
  },
  { name: 'on a small phone', language: 'en', options: { viewport: { width: 360, height: 740 } } },
  {
    name: 'on a small phone, German',
    language: 'de',
    options: { locale: 'de-AT', viewport: { width: 360, height: 740 } },
  },
] as const

for (const look of looks) {
  test(`every screen is accessible, quiet in the console and fits its width (${look.name})`, async (t) => {
    const signedIn = await visit(stage, look.options)
    const signedOut = await visit(stage, look.options)
    const { texts } = await loadLanguage(look.language)
    await signIn(signedIn.page, texts)
    for (const screen of screens) {
      await t.test(screen.name, async () => {
        const { page, complaints } = screen.signedOut ? signedOut : signedIn
        await page.goto(screen.path)
        await screen.ready(page, texts)
        assert.equal(await page.locator('html').getAttribute('lang'), look.language)
        const { violations } = await new AxeBuilder({ page }).analyze()
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
          [],
        )
        const tooWide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        assert.ok(tooWide <= 0, `${tooWide} px too wide`)
        assert.deepEqual(complaints.splice(0), [])
      })
    }
    await signedIn.context.close()
    await signedOut.context.close()
  })
}
