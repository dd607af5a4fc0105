import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Catalogue } from '../errors/catalogue.ts'
import { tableAgrees, writeTable } from '../errors/table.ts'
import { codeUses, thrownAgrees } from '../errors/thrown.ts'

const catalogue: Catalogue = {
  CONSENT_REQUIRED: { class: 'consent', who: 'person', http: 409, advice: 'Connect again | or ask.' },
  TIMEOUT: { class: 'transient', who: 'nobody', http: 504, advice: 'Try again.' },
}

describe('the table', () => {
  test('a written page agrees with its catalogue', () => {
    assert.deepEqual(tableAgrees(writeTable(undefined, catalogue), catalogue), [])
  })

  test('a code on one side only, and a different description, are found', () => {
    const page = writeTable(undefined, catalogue)
    const { TIMEOUT: _, ...fewer } = catalogue
    assert.match(tableAgrees(page, fewer)[0]?.message ?? '', /TIMEOUT is in the table and not in the catalogue/)
    const more = { ...catalogue, NEW_CODE: { class: 'a', who: 'b', http: 400, advice: 'c' } }
    assert.match(tableAgrees(page, more)[0]?.message ?? '', /NEW_CODE is in the catalogue and not in the table/)
    assert.match(
      tableAgrees(page.replace('504', '500'), catalogue)[0]?.message ?? '',
      /TIMEOUT is described differently/,
    )
    assert.equal(tableAgrees(undefined, catalogue).length, 2)
  })

  test('what people wrote around the table stays', () => {
    const page = `${writeTable(undefined, catalogue)}\n## Notes\n`
    assert.match(writeTable(page, {}), /## Notes/)
    assert.throws(() => writeTable('# Nothing', catalogue), /errors\.md has no/)
  })
})

describe('what is thrown', () => {
  const used = codeUses(
    'packages/core/src/a.ts',
    `throw new OAuthError('CONSENT_REQUIRED', x)\nthrow new OAuthError(late ? 'TIMEOUT' : 'NOT_LISTED', x)\n// new OAuthError('IN_A_COMMENT')\nif (e.code === 'ECONNREFUSED') {}`,
  )

  test('a code that the catalogue does not know is found, where it is thrown', () => {
    const found = thrownAgrees(used, catalogue).map(({ line, message }) => `${line} ${message.split(' ')[0]}`)
    assert.deepEqual(found, ['2 NOT_LISTED'])
  })

  test('a code that nobody throws is found; its own catalogue line does not count', () => {
    const listed = codeUses('packages/core/src/error-catalogue.ts', `export const c = ['NEVER_THROWN']`)
    const extended = { ...catalogue, NOT_LISTED: catalogue.TIMEOUT, NEVER_THROWN: catalogue.TIMEOUT } as Catalogue
    const found = thrownAgrees([...used, ...listed], extended).map(({ message }) => message)
    assert.deepEqual(found, ['NEVER_THROWN is thrown nowhere in packages/*/src'])
  })
})
