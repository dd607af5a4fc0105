import { openapiSecurity, type Requirement } from '@evergrant/core/api'
import type { ApiDescription } from './description/api-description.ts'

/** What a call of an operation needs; `false`: nothing. */
export function requirementOf(api: ApiDescription, operation: string): Requirement | false {
  return openapiSecurity(api.operations[operation]?.security ?? api.security) ?? false
}
