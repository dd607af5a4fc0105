import type { standardAnswer } from '../answer/standard-fields.ts'
import type { wholeAnswer } from '../answer/whole-answer.ts'
import type { endedInTesting } from '../grant/testing-end.ts'
import type { apiFetch } from '../http/api-middleware.ts'
import type { discover } from '../protocol/discovery.ts'
import type {
  authenticationFor,
  completed,
  encodedByRules,
  ownRefreshRequest,
  setHeaders,
  usualRules,
} from '../protocol/request-by-rules.ts'
import type { adviceFor } from './error-advice.ts'

/** Under this name a provider has its {@link Abilities}: no JSON can bring them. */
export const abilities: unique symbol = Symbol.for('evergrant.abilities')

/**
 * What follows the rules of a definition: discovery, regions, requests and answers unlike the RFCs', advice. A resolved
 * provider brings these functions, so that a program whose provider has none of these rules does not carry them.
 */
export interface Abilities {
  readonly discover: typeof discover
  readonly standardAnswer: typeof standardAnswer
  readonly wholeAnswer: typeof wholeAnswer
  readonly adviceFor: typeof adviceFor
  readonly endedInTesting: typeof endedInTesting
  readonly usualRules: typeof usualRules
  readonly setHeaders: typeof setHeaders
  readonly authenticationFor: typeof authenticationFor
  readonly encodedByRules: typeof encodedByRules
  readonly completed: typeof completed
  readonly ownRefreshRequest: typeof ownRefreshRequest
  readonly apiFetch: typeof apiFetch
}
