import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { guideFile, guideNames, providerDefinition, providerIds, setupGuide } from '@evergrant/providers'

const redirect_uri = 'https://evergrant.example.com/base/oauth/callback/abc'

test('[#148] each setup guide has the redirect URI to the letter, and nothing left to be filled in', async () => {
  const names = readdirSync(new URL('../guides/', import.meta.url)).map((name) => name.replace('.json', ''))
  assert.deepEqual([...guideNames].sort(), names.sort())
  for (const name of guideNames) {
    for (const id of (await guideFile(name)).providers) {
      assert.ok(providerIds().includes(id), id)
      const { steps, title, sources } = await setupGuide(await providerDefinition(id), { redirect_uri })
      assert.equal(title, (await guideFile(name)).title, `${id} has its own guide`)
      assert.ok(
        steps.some(({ copy }) => copy === redirect_uri),
        `${id} shows the redirect URI`,
      )
      assert.ok(steps.some(({ text }) => /copy/i.test(text)))
      for (const { text, copy = '', link } of steps) {
        assert.doesNotMatch(`${text} ${copy} ${link ?? ''}`, /\{\w+\}|undefined/)
        assert.ok(link === undefined || new URL(link).protocol === 'https:')
      }
      assert.ok(sources.every((source) => URL.canParse(source)))
    }
  }
})

test('[#148] scopes that will be asked for stand in the guide; a provider without a guide of its own gets the general one', async () => {
  const scope = ['https://mail.google.com/']
  const google = await setupGuide(await providerDefinition('google'), { redirect_uri, scope })
  assert.ok(google.steps.some(({ copy }) => copy === 'openid email profile https://mail.google.com/'))
  const other = await setupGuide(await providerDefinition('notion'), { redirect_uri })
  assert.equal(other.title, 'Client registration')
  assert.deepEqual(other.sources, ['https://developers.notion.com/docs/authorization'], 'its own page tells more')
  assert.ok(
    other.steps.every(({ copy }) => copy === undefined || copy === redirect_uri),
    'no scopes are known',
  )
  const cloud = await setupGuide(await providerDefinition('microsoft-us-government'), { redirect_uri })
  assert.equal(cloud.steps[0]?.link, 'https://entra.microsoft.us/')
})
