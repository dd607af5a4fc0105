import { type Static, Type } from 'typebox'
import { PredictedEnd } from './account.ts'
import { EpochSeconds } from './time.ts'

/** Something in the life of a grant that is more than one more renewal. */
export const TimelineMark = Type.Object({
  at: EpochSeconds,
  type: Type.Union(
    [
      Type.Literal('consented'),
      Type.Literal('failing'),
      Type.Literal('repaired'),
      Type.Literal('ended'),
      Type.Literal('revoked'),
      Type.Literal('paused'),
      Type.Literal('resumed'),
    ],
    {
      description:
        '`failing`: renewals that did not work, from the first on. `repaired`: the next one that did. `ended`: the provider wanted a person first.',
    },
  ),
  times: Type.Optional(Type.Integer({ description: 'Of `failing`: how often in a row.' })),
  code: Type.Optional(Type.String({ description: 'Of the error catalogue.' })),
})
export type TimelineMark = Static<typeof TimelineMark>

/** GET /v1/accounts/{id}/timeline: the life of a grant, at most 90 days of it. */
export const Timeline = Type.Object(
  {
    from: EpochSeconds,
    now: EpochSeconds,
    consented_at: Type.Optional(EpochSeconds),
    seconds: Type.Integer({ description: 'Length of a bucket.' }),
    buckets: Type.Array(
      Type.Object({
        at: EpochSeconds,
        refreshed: Type.Integer({ description: 'Renewals that worked.' }),
        failed: Type.Integer({ description: 'Those that did not.' }),
      }),
      { description: 'One after another from `from` to now, also those in which nothing happened.' },
    ),
    marks: Type.Array(TimelineMark, { description: 'Oldest first.' }),
    predicted_end: Type.Optional(PredictedEnd),
  },
  { title: 'Timeline' },
)
export type Timeline = Static<typeof Timeline>
