import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readPlain } from '../../src/gateway/front.ts'
import { literalAfter, readArguments } from '../../src/gateway/imap-arguments.ts'

const quoted = (text: string): string => `"${text.replace(/(["\\])/g, '\\$1')}"`
const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })

test('quoted strings come back as they were, whatever stands in them', () => {
  fc.assert(
    fc.property(fc.array(printable, { minLength: 1, maxLength: 4 }), (values) => {
      assert.deepEqual(readArguments(values.map(quoted).join(' ')), { values })
    }),
  )
})

test('atoms and announced literals are read, and what is neither is refused', () => {
  assert.deepEqual(readArguments('a@b.org pa]ss'), { values: ['a@b.org', 'pa]ss'] })
  assert.deepEqual(readArguments('"a" {12}'), { values: ['a'], literal: { size: 12, waits: true } })
  assert.deepEqual(readArguments('{12+}'), { values: [], literal: { size: 12, waits: false } })
  for (const bad of ['"a', 'a"b"', 'a  b', 'a ', '{9999999999}', '{-1}', '{1} x', '(a)', 'a\u0000', '"\\n"', '{1+ }'])
    assert.equal(readArguments(bad), undefined, JSON.stringify(bad))
  fc.assert(fc.property(fc.string(), (text) => void readArguments(text)))
})

test('a literal is seen at the end of a line, or of as much of it as is kept', () => {
  for (const [line, size, waits] of [
    ['a LOGIN {5}', 5, true],
    ['a LOGIN x {0+}\r', 0, false],
    ['a APPEND x ~{999999999999999+}', 999_999_999_999_999, false],
    ['a APPEND x {1000000000000000}', Number.POSITIVE_INFINITY, true],
    [`a APPEND x {${'9'.repeat(100)}+}\r`, Number.POSITIVE_INFINITY, false],
  ] as const) {
    assert.deepEqual(literalAfter(line), { size, waits })
    assert.deepEqual(literalAfter(line.slice(-24)), { size, waits })
  }
  for (const line of ['', '{}', '12}', '{5} ', '{5', '{+}', '{-1}', '{5++}', 'x{a5}', '{5}x']) {
    assert.equal(literalAfter(line), undefined, line)
  }
})

test('a PLAIN message is a name and a password, or nothing', () => {
  const coded = (text: string): string => Buffer.from(text).toString('base64')
  assert.deepEqual(readPlain(coded('\0a@b.org\0pw')), { name: 'a@b.org', password: 'pw' })
  assert.equal(readPlain(coded('b\0a\0pw')), 'other')
  assert.deepEqual(readPlain(coded('a\0a\0ü')), { name: 'a', password: 'ü' })
  for (const bad of [
    '',
    '*',
    '=',
    'AAA',
    'A A=',
    coded('a'),
    coded('\0a'),
    coded('\0\0pw'),
    coded('\0a\0'),
    coded('\0a\0p\0q'),
    'A'.repeat(4000),
  ])
    assert.equal(readPlain(bad), undefined, bad.slice(0, 20))
  fc.assert(fc.property(fc.string(), (text) => void readPlain(text)))
})
