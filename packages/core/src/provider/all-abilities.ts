import { standardAnswer } from '../answer/standard-fields.ts'
import { wholeAnswer } from '../answer/whole-answer.ts'
import { endedInTesting } from '../grant/testing-end.ts'
import { apiFetch } from '../http/api-middleware.ts'
import { discover } from '../protocol/discovery.ts'
import {
  authenticationFor,
  completed,
  encodedByRules,
  ownRefreshRequest,
  setHeaders,
  usualRules,
} from '../protocol/request-by-rules.ts'
import type { Abilities } from './abilities.ts'
import { adviceFor } from './error-advice.ts'

/** Everything that any definition can need. */
export const allAbilities: Abilities = {
  discover,
  standardAnswer,
  wholeAnswer,
  adviceFor,
  endedInTesting,
  usualRules,
  setHeaders,
  authenticationFor,
  encodedByRules,
  completed,
  ownRefreshRequest,
  apiFetch,
}
