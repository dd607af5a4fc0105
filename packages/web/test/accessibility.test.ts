import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { assertLooksRight, openIn, walks } from './looks.ts'
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

// The same in German: german.test.ts, which visits every screen anyway.
test('every screen is accessible, quiet in the console and fits its width, on a desktop and on a small phone', async (t) => {
  const walk = walks.english
  const signedIn = await visit(stage, walk.options)
  const signedOut = await visit(stage, walk.options)
  const { texts } = await loadLanguage(walk.language)
  await signIn(signedIn.page, texts)
  for (const screen of screens) {
    await t.test(screen.name, async () => {
      const { page, complaints } = screen.signedOut ? signedOut : signedIn
      await openIn(page, walk, screen.path)
      await screen.ready(page, texts)
      assert.equal(await page.locator('html').getAttribute('lang'), walk.language)
      await assertLooksRight(page, walk, complaints, screen.name)
    })
  }
  await signedIn.context.close()
  await signedOut.context.close()
})
