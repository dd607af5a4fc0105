import { useQuery } from '@tanstack/react-query'
import { providerQuery } from '../api/providers.ts'
import type { Account } from '../api/types.ts'

/**
 * What to call the place where the owner says yes. A definition that fits any provider ("Any OpenID Connect provider")
 * names no place; then the administrator's name for the connection does.
 */
export function useProviderName({ connection }: Account): string {
  const definition = useQuery(providerQuery(connection.provider)).data
  return definition?.needs_issuer ? connection.name : connection.provider_name
}
