import {
  type GrantSummary,
  type PredictedEnd,
  type Provider,
  type ProviderDefinition,
  predictedEnd,
} from '@evergrant/core'
import { type Condition, condition, SOON } from '@evergrant/server/state'

/**
 * How a stored grant is doing, in the words of the server: one vocabulary in its page, its API and here. A store knows of one
 * grant alone, so nothing here is `new`, `awaiting_consent`, `checking` or `paused`; and `connection_error` is what the
 * provider told this grant.
 */
export function grantState(
  grant: GrantSummary,
  now: number,
  provider: Partial<Provider | ProviderDefinition> = {},
): Condition & { readonly end?: PredictedEnd } {
  const end = predictedEnd(grant, provider)
  const found = condition({
    now,
    paused: false,
    checking: false,
    unconfirmed: false,
    pending: false,
    ending: end !== undefined && grant.refreshable && end.at < now + SOON,
    grant,
    consentTrouble: undefined,
    connectionTrouble: undefined,
    client: grant.client,
  })
  return { ...found, ...(end === undefined ? {} : { end }) }
}
