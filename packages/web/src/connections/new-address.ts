import { queryOptions } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import type { ConnectionDraft } from '../api/types.ts'

/** Where a reload finds the address again that somebody may have entered at the provider already. */
const PLACE = 'evergrant.new-connection'

/** The id and redirect URI that the connection will have once it is saved. The same in this tab until it is. */
export const newAddressQuery = queryOptions({
  queryKey: ['new-connection'],
  queryFn: async ({ signal }) => {
    // Whatever asks again, such as a stream that opens anew: somebody may have it in the provider's console by now.
    const kept = remembered()
    if (kept !== undefined) return kept
    const drafted = await request<ConnectionDraft>('GET', '/v1/connections/new', undefined, signal)
    sessionStorage.setItem(PLACE, JSON.stringify(drafted))
    return drafted
  },
  initialData: remembered,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
})

/** The address belongs to a connection now, or cannot belong to one. */
export function forgetNewAddress(): void {
  sessionStorage.removeItem(PLACE)
}

function remembered(): ConnectionDraft | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null')
    return typeof kept === 'object' && kept !== null && 'id' in kept ? (kept as ConnectionDraft) : undefined
  } catch {
    return undefined
  }
}
