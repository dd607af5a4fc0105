import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { loadLanguage } from '../src/languages/languages.ts'
import { noticeWords } from '../src/notices/notice-words.ts'
import { openStage, type Stage, visit } from './stage.ts'
import { setUp } from './steps.ts'

let stage: Stage

before(async () => {
  stage = await openStage()
  const { page, context } = await visit(stage)
  await setUp(page, stage)
  await context.close()
})
after(() => stage[Symbol.asyncDispose]())

for (const locale of ['en', 'de'] as const) {
  test(`the sign-in page says what to do without the password (${locale})`, async () => {
    const { texts } = await loadLanguage(locale)
    const { page, context, complaints } = await visit(stage, { locale })
    await page.goto('/sign-in')
    const ask = page.getByRole('button', { name: texts.session.forgot })
    await ask.waitFor()
    assert.equal(await page.getByText(texts.session.forgotAsk).isVisible(), false, 'folded away until somebody asks')
    await ask.click()
    await page.getByText(texts.session.forgotAsk).waitFor()
    await page.getByText(texts.session.forgotRun).waitFor()
    await page.getByText(/EVERGRANT_DATA_DIR (or|oder) DATABASE_URL/).waitFor()
    const command = page.getByRole('region', { name: texts.session.forgotCommand })
    assert.equal(await command.innerText(), 'evergrant people password-link NAME')
    assert.deepEqual(complaints, [])
    await context.close()
  })
}

test('a notice of a link from the command line says who made it without a name that nobody has', async () => {
  const notice = { id: 'n', kind: 'password_link_made', created_at: 0, seen: false, url: '' } as const
  const english = await loadLanguage('en')
  const made = noticeWords(notice, english).text
  assert.equal(made, english.texts.notices.linkByOperator)
  assert.match(
    noticeWords({ ...notice, by: { id: 'a', name: 'Ada' } }, english).text,
    /^Ada made it\..*speak to Ada\.$/,
  )
})
