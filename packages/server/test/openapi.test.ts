import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateClient, parseDocument } from '@evergrant/sdk/generate'
import { Compile } from 'typebox/compile'
import { WebhookEventType, webhookMessage } from '../src/contract/index.ts'
import { receiver } from './support/receiver.ts'
import { connected, Scene, sandboxOf } from './support/scene.ts'

test('the OpenAPI document is valid, and has every event that is sent to webhooks, as it is sent', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using hook = await receiver()
  const { json } = await scene.browser().get('/openapi.json')
  // With a validator of OpenAPI 3.1 in it.
  const valid = (document: unknown) => generateClient(parseDocument(new TextEncoder().encode(JSON.stringify(document))))
  assert.ok((await valid(json)).size > 0)
  await assert.rejects(valid({ ...json, webhooks: { 'account.paused': { post: { responses: 'none' } } } }))

  const types = WebhookEventType.anyOf.map((type) => type.const)
  assert.deepEqual(Object.keys(json.webhooks).sort(), [...types].sort())
  for (const [type, { post }] of Object.entries<Operation>(json.webhooks)) {
    const { schema } = post.requestBody.content['application/json']
    assert.equal(schema.properties.type.const, type)
    const name = schema.properties.data.$ref.split('/').at(-1) ?? ''
    assert.ok(json.components.schemas[name], `${type}: ${name}`)
    assert.deepEqual(
      post.parameters.map((one) => one.name),
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    )
  }

  const { admin, account, connection } = await connected(scene, sandbox)
  const { id } = (await admin.post('/v1/webhooks', { url: hook.url })).json.webhook
  await admin.patch(`/v1/accounts/${account}`, { paused: true })
  await admin.patch(`/v1/accounts/${account}`, { paused: false })
  await admin.delete(`/v1/connections/${connection}?accounts=delete`)
  await admin.post(`/v1/webhooks/${id}/test`)
  await hook.arrived(5)
  const sent = new Set(hook.types())
  assert.deepEqual(
    [...sent].sort(),
    ['account.paused', 'account.removed', 'account.restored', 'connection.removed', 'webhook.test'].sort(),
  )
  for (const { json: message } of hook.got) {
    const type = types.find((one) => one === message.type)
    assert.ok(type)
    const checked = Compile(webhookMessage(type))
    assert.ok(checked.Check(message), JSON.stringify([message, checked.Errors(message)]))
  }
})

interface Operation {
  readonly post: {
    readonly parameters: readonly { readonly name: string }[]
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': {
          readonly schema: {
            readonly properties: { readonly type: { readonly const: string }; readonly data: { readonly $ref: string } }
          }
        }
      }
    }
  }
}
