import { providerDefinition } from '@evergrant/providers'
import { expiryOf } from '../connections/client-secrets.ts'
import type { ConnectionRow } from '../connections/connection-row.ts'
import { providerName } from '../connections/connection-view.ts'
import type { Overview, OverviewSpan } from '../contract/index.ts'
import type { Services } from '../services.ts'
import type { ActivityBucket } from './activity.ts'

const HOUR = 3_600
const DAY = 86_400
const SOON = 60 * DAY
const MOST_LISTED = 10

/** Hours of a span, and of each of its buckets. */
const SPANS = {
  day: { hours: 24, bucket: 1 },
  week: { hours: 168, bucket: 6 },
  month: { hours: 720, bucket: 24 },
} as const

/** How everything is doing. Reads counts and what ends soon, never all accounts. */
export async function overview(
  { deps, accounts, connections, activity }: Services,
  span: OverviewSpan,
): Promise<Overview> {
  const now = deps.clock.now()
  const { hours, bucket } = SPANS[span]
  const seconds = bucket * HOUR
  const from = (Math.floor(now / seconds) + 1) * seconds - hours * HOUR
  const [counts, rows, buckets, used, ending] = await Promise.all([
    accounts.counts(),
    connections.list(),
    activity.buckets(from, bucket),
    activity.connections(from),
    accounts.endingBefore(now + SOON, MOST_LISTED),
  ])
  const names = new Map(await Promise.all(rows.map(async (row) => [row.id, await called(row)] as const)))
  return {
    accounts: counts,
    activity: { span, from, seconds, buckets: everyBucket(buckets, from, seconds, (hours * HOUR) / seconds) },
    providers: used
      .flatMap(({ connection_id, refreshed, failed, seconds, slowest }) => {
        const connection = names.get(connection_id)
        // A connection that was removed since then.
        if (connection === undefined) return []
        const took = refreshed === 0 ? {} : { average_seconds: seconds / refreshed, slowest_seconds: slowest }
        return [{ connection, refreshed, failed, ...took }]
      })
      .sort((one, other) => other.refreshed + other.failed - one.refreshed - one.failed),
    expiring: {
      secrets: rows
        .flatMap((row) => {
          const [connection, at] = [names.get(row.id), endOf(row, now)]
          return connection === undefined || at === undefined ? [] : [{ connection, at }]
        })
        .sort((one, other) => one.at - other.at),
      accounts: await Promise.all(ending.ids.map((id) => accounts.view(id))),
      accounts_total: ending.total,
    },
  }
}

async function called(row: ConnectionRow): Promise<{ id: string; name: string; provider_name: string }> {
  const { id, name } = row
  return { id, name, provider_name: providerName(await providerDefinition(row.provider), row) }
}

function endOf(row: ConnectionRow, now: number): number | undefined {
  const at = expiryOf(row)
  return at !== undefined && at < now + SOON ? at : undefined
}

/** Buckets in which nothing happened are in the plot too. */
function everyBucket(found: readonly ActivityBucket[], from: number, seconds: number, count: number): ActivityBucket[] {
  const known = new Map(found.map((one) => [one.at, one]))
  return Array.from({ length: count }, (_, index) => from + index * seconds).map(
    (at) => known.get(at) ?? { at, refreshed: 0, failed: 0 },
  )
}
