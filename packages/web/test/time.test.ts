import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeWords } from '../src/shared/time.ts'

test('a moment beyond all dates is shown, and does not end the page', () => {
  for (const language of ['en', 'de']) {
    const { exact, day, relative } = timeWords(language, { justNow: 'now', inAMoment: 'soon' })
    for (const at of [1e300, -1e300]) {
      assert.match(exact(at), /\d/)
      assert.match(day(at), /\d/)
      assert.match(relative(at, 0), /\d/)
    }
  }
})
