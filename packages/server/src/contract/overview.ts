import { type Static, Type } from 'typebox'
import { Account, AccountCounts } from './account.ts'
import { Spoken } from './spoken.ts'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'

/** How far back an overview looks. */
export const OverviewSpan = Type.Union([Type.Literal('day'), Type.Literal('week'), Type.Literal('month')])
export type OverviewSpan = Static<typeof OverviewSpan>

export const OverviewQuery = Type.Object({ span: Type.Optional(OverviewSpan) })

const Counts = {
  refreshed: Type.Integer({ description: 'Renewals that worked.' }),
  failed: Type.Integer({ description: 'Those that did not.' }),
}

/** GET /v1/overview: how everything is doing, at a glance. */
export const Overview = Type.Object(
  {
    accounts: AccountCounts,
    activity: Type.Object({
      span: OverviewSpan,
      from: EpochSeconds,
      seconds: Type.Integer({ description: 'Length of a bucket.' }),
      buckets: Type.Array(Type.Object({ at: WholeEpochSeconds, ...Counts }), {
        description: 'One after another from `from` to now, also those in which nothing happened.',
      }),
    }),
    providers: Type.Array(
      Type.Object({
        connection: Type.Object({ id: Type.String(), name: Type.String(), provider_name: Spoken() }),
        ...Counts,
        average_seconds: Type.Optional(Type.Number({ description: 'How long a renewal took at the provider.' })),
        slowest_seconds: Type.Optional(Type.Number()),
      }),
      { description: 'How the provider of each connection answered in that time, the busiest first.' },
    ),
    expiring: Type.Object(
      {
        secrets: Type.Array(
          Type.Object({
            connection: Type.Object({ id: Type.String(), name: Type.String(), provider_name: Spoken() }),
            at: WholeEpochSeconds,
          }),
        ),
        accounts: Type.Array(Account, { description: 'Those whose grant is predicted to end soonest.' }),
        accounts_total: Type.Integer({ description: 'How many there are, beside those that are listed.' }),
      },
      { description: 'What ends within 60 days, the soonest first.' },
    ),
  },
  { title: 'Overview' },
)
export type Overview = Static<typeof Overview>
