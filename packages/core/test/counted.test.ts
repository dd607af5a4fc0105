import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted } from '../src/index.ts'

test('one is said in the singular, and every other number in the plural', () => {
  assert.equal(counted(1, 'second'), '1 second')
  for (const number of [0, 1.5, 2, 60]) assert.equal(counted(number, 'second'), `${number} second${'s'}`)
  assert.deepEqual([counted(1, 'entry', 'entries'), counted(3, 'entry', 'entries')], ['1 entry', '3 entries'])
})
