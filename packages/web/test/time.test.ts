import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { timeWords } from '../src/shared/time.ts'

test('a moment beyond all dates is shown, and does not end the page', () => {
  for (const language of ['en', 'de']) {
    const { exact, day, relative } = timeWords(language, { justNow: 'now', inAMoment: 'soon', due: 'due' })
    for (const at of [1e300, -1e300]) {
      assert.match(exact(at), /\d/)
      assert.match(day(at), /\d/)
      assert.match(relative(at, 0), /\d/)
    }
  }
})

test('what is planned is due once its time has come, and never over', async () => {
  for (const [language, due] of [
    ['en', 'due'],
    ['de', 'fällig'],
  ] as const) {
    const { planned, relative } = (await loadLanguage(language)).times
    for (const late of [0, 1, 59, 7200]) assert.equal(planned(1000, 1000 + late), due)
    assert.equal(planned(1001, 1000), relative(1001, 1000))
    assert.match(planned(10_000, 1000), /\d/)
  }
})
