import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerBody, readAnswer } from '../src/answer/answer-body.ts'
import { at, picked } from '../src/answer/path.ts'
import { standardAnswer } from '../src/answer/standard-fields.ts'
import { tokenAnswer } from '../src/answer/token-answer.ts'
import { withoutTokens } from '../src/answer/whole-answer.ts'
import { abilities } from '../src/provider/abilities.ts'
import { allAbilities } from '../src/provider/all-abilities.ts'

const LIMIT = 1_000_000
const acme = { id: 'acme', name: 'Acme', [abilities]: allAbilities }

function body(text: string): Promise<AnswerBody> {
  return readAnswer(new Response(text), LIMIT, 0)
}

function unpolluted(): void {
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.equal(([] as unknown as Record<string, unknown>)['polluted'], undefined)
}

test('[#93] a path finds own fields only, whatever the answer names them', () => {
  const answer: unknown = JSON.parse('{"a":{},"list":[{"x":1}],"text":"word"}')
  for (const path of [
    '__proto__',
    'a.__proto__.polluted',
    'a.constructor.prototype',
    'list.constructor',
    'list[].toString',
    'text.length',
    'hasOwnProperty',
  ]) {
    const found = at(answer, path)
    assert.deepEqual(Array.isArray(found) ? found : [found], [undefined], path)
  }
  for (const whole of [undefined, null, 1, 'text', true, []]) {
    assert.equal(at(whole, 'a.b'), undefined)
    assert.equal(at(whole, 'a[].b'), undefined)
  }
})

test('[#93] what stands under __proto__ in an answer, or is picked by that name, becomes a field and nobody’s prototype', () => {
  const answer: unknown = JSON.parse('{"__proto__":{"polluted":1},"inner":{"__proto__":{"polluted":2},"kept":3}}')
  const found = picked(answer, { own: '__proto__', inner: 'inner' })
  assert.deepEqual(Object.keys(found), ['own', 'inner'])
  const names = JSON.parse('{"__proto__":"inner"}') as Record<string, string>
  const named = picked(answer, names)
  assert.ok(Object.hasOwn(named, '__proto__'))
  assert.equal(Object.getPrototypeOf(named), Object.prototype)
  assert.equal((named as { polluted?: number }).polluted, undefined)
  const clean = withoutTokens(answer, ['t']) as { polluted?: number; inner: { polluted?: number; kept: number } }
  assert.deepEqual([clean.polluted, clean.inner.polluted, clean.inner.kept], [undefined, undefined, 3])
  unpolluted()
})

test('[#93] an error code that is the name of something inherited is told as it is', async () => {
  const rules = { error: { code: 'status', codes: { '293': 'invalid_grant' } } }
  for (const code of ['constructor', '__proto__', 'toString']) {
    const { fields } = standardAnswer(await body(JSON.stringify({ status: code })), { token_answer: rules })
    assert.equal(fields?.['error'], code)
  }
  const { fields } = standardAnswer(await body('{"status":{"deep":[1]}}'), { token_answer: rules })
  assert.equal(fields?.['error'], '[object Object]')
})

test('[#93] an answer nested too deep is refused as invalid, also where a path leads into it or a function has read it', async () => {
  const depth = 100_000
  const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const text = `{"access_token":"t","kept":${deep}}`
  const rules = { token_answer: { metadata: ['kept'], fields: { scope: 'kept.a.a' } } }
  const provider = { ...acme, ...rules }
  const whole = await body(text)
  assert.throws(() => tokenAnswer(whole, 0, provider), { code: 'INVALID_ANSWER' })
  const hooks = [{ fields: ({ text }: { text: string }) => JSON.parse(text.slice(3, -1)) as Record<string, unknown> }]
  const wrapped = await body(`cb(${text})`)
  assert.throws(() => tokenAnswer(wrapped, 0, { ...provider, hooks }), { code: 'INVALID_ANSWER' })
  const shallow = await body(`cb({"access_token":"t","kept":{"a":{"a":"mail"}}})`)
  assert.equal(tokenAnswer(shallow, 0, { ...provider, hooks }).scope, 'mail')
})

test('[#93] a list as long as an answer may be is read, and a token inside of it is not kept', async () => {
  const list = Array.from({ length: 100_000 }, (_, index) => ({ id: index % 10 }))
  const text = JSON.stringify({ access_token: 'token-1', list, tokens: ['token-1', 'other', ['token-1']] })
  const rules = { token_answer: { metadata: ['list[].id', 'tokens'] } }
  const answer = tokenAnswer(await body(text), 0, { ...acme, ...rules })
  const ids = answer.metadata?.['list[].id']
  assert.equal(Array.isArray(ids) && ids.length, 100_000)
  assert.deepEqual(answer.metadata?.['tokens'], ['other', []])
  assert.doesNotMatch(JSON.stringify([answer.metadata, answer.raw]), /token-1/)
})
