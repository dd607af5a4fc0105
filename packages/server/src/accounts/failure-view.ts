import { type ErrorCode, errorCatalogue, type GrantSummary } from '@evergrant/core'
import type { Account } from '../contract/index.ts'

/** A look-up after consent that failed, with who has to do what. */
export function lookUpFailure({
  at,
  trouble,
}: NonNullable<GrantSummary['look_up_failed']>): NonNullable<Account['look_up_failed']> {
  const { code, message, guidance } = trouble
  const known = Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as ErrorCode] : undefined
  const { who, advice } = guidance ?? known ?? errorCatalogue.INVALID_ANSWER
  return { at, code, detail: message, who, advice, ...(guidance?.link === undefined ? {} : { link: guidance.link }) }
}
