import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorAdvice, providerDefinition, providerTexts, setupGuide, textLanguages } from '@evergrant/providers'

test('[#147] advice, guides, features and parameters have a text in each language, and English is where it always was', async () => {
  assert.ok(textLanguages.includes('de'))
  const advice = (await errorAdvice('microsoft'))?.rules.map((rule) => rule.advice) ?? []
  const { title, steps } = await setupGuide(await providerDefinition('google'), {
    redirect_uri: 'https://a.example/cb',
  })
  const { features = [], parameters = {} } = await providerDefinition('microsoft')
  const english = [
    ...advice,
    title,
    ...steps.map(({ text }) => text),
    ...features.map((feature) => feature.title),
    ...Object.values(parameters).flatMap(({ title: name, help = name }) => [name, help]),
  ]
  assert.ok(english.length > 80)
  for (const language of textLanguages) {
    const texts = await providerTexts(language)
    assert.deepEqual(
      english.filter((text) => !texts?.get(text)),
      [],
      language,
    )
  }
})

test('a language that nobody has translated into has no texts, whatever it is called', async () => {
  for (const language of ['tlh', '', 'DE', '__proto__', 'constructor']) {
    assert.equal(await providerTexts(language), undefined)
  }
})
