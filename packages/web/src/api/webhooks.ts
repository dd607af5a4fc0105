import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type {
  Delivery,
  DeliveryList,
  NewWebhook,
  Webhook,
  WebhookList,
  WebhookPatch,
  WebhookWithSecret,
} from './types.ts'

const LIST = ['webhooks']
const path = (id: string) => `/v1/webhooks/${encodeURIComponent(id)}`

export const webhooksQuery = queryOptions({
  queryKey: LIST,
  queryFn: async ({ signal }) => (await request<WebhookList>('GET', '/v1/webhooks', undefined, signal)).webhooks,
})

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: [...LIST, id],
    queryFn: ({ signal }) => request<Webhook>('GET', path(id), undefined, signal),
  })

/**
 * What was sent, each further page is older. Nobody tells the page of it: it looks again, sooner while something new is under
 * way.
 */
export const deliveriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...LIST, id, 'deliveries'],
    queryFn: ({ pageParam, signal }) => request<DeliveryList>('GET', deliveriesPath(id, pageParam), undefined, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ before }) => before,
    refetchInterval: ({ state }) => {
      const newest = state.data?.pages[0]?.deliveries
      return newest?.some((one) => one.state === 'waiting') ? 1_000 : 10_000
    },
  })

const deliveriesPath = (id: string, before: string | undefined): string =>
  `${path(id)}/deliveries${before === undefined ? '' : `?before=${encodeURIComponent(before)}`}`

export const createWebhook = (body: NewWebhook) => request<WebhookWithSecret>('POST', '/v1/webhooks', body)
export const updateWebhook = (id: string, body: WebhookPatch) => request<Webhook>('PATCH', path(id), body)
export const deleteWebhook = (id: string) => request<unknown>('DELETE', path(id))
export const renewSecret = (id: string, overlap: number) =>
  request<WebhookWithSecret>('POST', `${path(id)}/secret`, { overlap })
export const sendTest = (id: string) => request<Delivery>('POST', `${path(id)}/test`)
export const redeliver = (id: string, delivery: string) =>
  request<Delivery>('POST', `${path(id)}/deliveries/${encodeURIComponent(delivery)}/redeliver`)

/** Everything about webhooks is asked for again. */
export const refreshWebhooks = (client: QueryClient) => client.invalidateQueries({ queryKey: LIST })
