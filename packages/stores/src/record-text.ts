import { type Grant, OAuthError } from '@evergrant/core'
import { storedGrant } from './stored-grant.ts'

/** The grant in the text of a record. Throws `STORE_CORRUPT`, naming the place and repeating nothing of the text. */
export function grantFromText(text: unknown, id: string, where: string): Grant {
  let value: unknown
  try {
    value = JSON.parse(String(text))
  } catch {
    // The parser's own words quote the text, which holds tokens.
    throw new OAuthError('STORE_CORRUPT', `The record of grant ${JSON.stringify(id)} in ${where} is not JSON.`, {
      grant: id,
    })
  }
  return storedGrant(value, id, where)
}

/** Text is kept as UTF-8, in which half a surrogate pair has no form: two such ids would become one. */
export function assertStorable(id: string): void {
  if (!id.isWellFormed()) throw new OAuthError('INVALID_ARGUMENT', 'A grant id must be well-formed Unicode.')
}
