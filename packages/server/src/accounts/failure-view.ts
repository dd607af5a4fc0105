import { type ErrorCode, errorCatalogue, type Guidance } from '@evergrant/core'
import type { FailureView } from '../contract/index.ts'

/** Something that failed beside an account's state, as it was recorded. */
interface Failure {
  readonly at: number
  readonly code: string
  readonly message: string
  readonly guidance?: Guidance | undefined
  readonly username?: string | undefined
}

/** What failed, with who has to do what. */
export function failureView({ at, code, message, guidance, username }: Failure): FailureView {
  const known = Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as ErrorCode] : undefined
  const { who, advice } = guidance ?? known ?? errorCatalogue.INVALID_ANSWER
  return {
    at,
    code,
    detail: message,
    who,
    advice,
    ...(guidance?.link === undefined ? {} : { link: guidance.link }),
    ...(username === undefined ? {} : { username }),
  }
}
