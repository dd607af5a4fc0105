import type { OAuthError, ProviderDefinition } from '@evergrant/core'
import type { StillAtProvider } from '../contract/index.ts'
import { sentences } from './sentences.ts'

/** What to tell of grants that have ended here and perhaps not at the provider. */
export function stillAtProvider(
  trouble: OAuthError,
  { name, consents }: Pick<ProviderDefinition, 'name' | 'consents'>,
  accounts = 1,
): StillAtProvider {
  return {
    code: trouble.code,
    detail: trouble.message,
    who: 'person',
    advice: sentences.end_it_there(name),
    ...(consents === undefined ? {} : { page: consents }),
    accounts,
  }
}
