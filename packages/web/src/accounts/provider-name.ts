import { useQuery } from '@tanstack/react-query'
import { providersQuery } from '../api/providers.ts'
import type { Account } from '../api/types.ts'

/**
 * What to call the place where the owner says yes. A definition that fits any provider ("Any OpenID Connect provider")
 * names no place; then the administrator's name for the connection does.
 */
export function useProviderName({ connection }: Account): string {
  const providers = useQuery(providersQuery)
  const definition = providers.data?.find(({ id }) => id === connection.provider)
  return definition?.needs_issuer ? connection.name : connection.provider_name
}
