import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bareUnits } from '../texts/bare-units.ts'
import { literalTexts } from '../texts/literal-texts.ts'
import { messageTemplates, normal } from '../texts/message-templates.ts'
import { textFaults, translationFaults, unusedKeys } from '../texts/translations.ts'

const found = (source: string) => literalTexts('a.tsx', source).map(({ message }) => message)

test('text for people that stands in the code is found, wherever it stands', () => {
  for (const source of [
    'const a = <p>Please wait</p>',
    'const a = <p>{count} accounts</p>',
    'const a = <input aria-label="search" />',
    'const a = <Field label={`name of $' + '{x}`} />',
    "const title = 'Accounts'",
    "notify({ message: 'It was saved.' })",
    'const a = `Continue to $' + '{provider}`',
  ]) {
    assert.equal(found(source).length, 1, source)
  }
})

test('what nobody reads is no text: names, styles, addresses, types, and errors for programmers', () => {
  const source = `
    import { A } from 'Some module'
    const method: 'Get it' = x
    const style = { fontFamily: 'system-ui, sans-serif' }
    const path = '/v1/accounts'
    const header = { accept: 'application/json' }
    const a = <Button variant="default" className="wide">{texts.save}</Button>
    throw new TypeError('This cannot be')
    class E extends Error { constructor() { super('The server cannot be reached.') } }`
  assert.deepEqual(found(source), [])
})

test('a translation has the same keys, the same names in braces, and every plural form of its language', () => {
  const original = { a: { b: 'Hello {name}', c: 'Yes', n: { one: 'once', other: '{count} times' } } }
  const faults = (translation: typeof original.a | Record<string, never>, language = 'de') =>
    translationFaults(original, { a: translation }, language)
  const good = { b: 'Hallo {name}', c: 'Ja', n: { one: 'einmal', other: '{count}-mal' } }
  assert.deepEqual(faults(good), [])
  assert.deepEqual(faults({ ...good, b: 'Hallo {nam}' }), ['a.b: has {nam} where the original has {name}'])
  assert.deepEqual(faults({}), ['a.b: is missing', 'a.c: is missing', 'a.n: is missing'])
  assert.equal(faults(good, 'pl').length, 2, 'Polish has two forms more')
  const wrong = { ...good, n: { one: 'einmal', other: 'oft' } }
  assert.deepEqual(faults(wrong), ['a.n.other: has {} where the original has {count}'])
})

test('a text that nothing says is found', () => {
  assert.deepEqual(unusedKeys({ a: { used: 'x', gone: 'y' } }, 'texts.used + texts.goner'), ['a.gone'])
})

test('messages that people read are found as they stand in the code, and what programs read is not', () => {
  const source = `
    const message = \`The callback of \${name} cannot be used: \${why}.\`
    throw new Refusal('NOT_FOUND', 'There is no such account.')
    throw new OAuthError('X', late ? 'It is too late.' : \`\${a}\${b} came too late.\`)
    const step = { detail: 'The mailbox is there.', name: 'Not a message at all', state: 'ok' }
    const detail = 'INVALID_CLIENT'
    throw new TypeError('This cannot be')`
  assert.deepEqual(
    messageTemplates('a.ts', source).map(({ text }) => text),
    [
      'The callback of {} cannot be used: {}.',
      'There is no such account.',
      'It is too late.',
      '{} came too late.',
      'The mailbox is there.',
    ],
  )
  assert.equal(normal('The {what} of {name}{more}.'), 'The {} of {}.')
})

test('a text by its English has the same names, those that belong together in one piece, and is not empty', () => {
  assert.deepEqual(textFaults([['Grant {id} ended{why}.', 'Die Berechtigung {id} ist beendet{why}.']]), [])
  assert.equal(textFaults([['Grant {id} ended.', 'Beendet.']]).length, 1)
  assert.equal(textFaults([['{name} refused: {error}{words}.', '{error} sagte {name}: {words}.']]).length, 1)
  assert.equal(textFaults([['Done.', ' ']]).length, 1)
})

test('a number right before a unit in the plural is found, unless it was asked whether it is one', () => {
  const bare = (source: string) => bareUnits('a.ts', source).length
  const value = '$' + '{x}'
  for (const text of [`wait ${value} seconds`, `${value} accounts are left`, `${value} of ${value} grants.`])
    assert.equal(bare(`const a = \`${text}\``), 1, text)
  assert.equal(bare(`const a = x === 1 ? 'one account' : \`${value} accounts\``), 0)
  assert.equal(bare(`const a = \`wait ${value}, seconds at most; ${value} secondsish\``), 0)
})
