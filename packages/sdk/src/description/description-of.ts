import { OAuthError } from '@evergrant/core'
import type { ApiDescription } from './api-description.ts'
import { describeApi } from './describe-api.ts'

/** Either of the two that a client is made of. */
export interface Described {
  readonly openapi?: unknown
  readonly api?: ApiDescription | undefined
}

/** The description, or what it is made from. Throws `MISSING_PARAMETER` without either. */
export function descriptionOf({ api, openapi }: Described): ApiDescription {
  if (api !== undefined) return api
  if (openapi !== undefined) return describeApi(openapi)
  throw new OAuthError('MISSING_PARAMETER', 'openapi is missing: give a parsed OpenAPI document, or api.')
}
