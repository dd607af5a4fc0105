import { Text } from '@mantine/core'
import { useId } from 'react'
import type { Overview } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { Folded } from '../shared/folded.tsx'
import classes from './overview.module.css'

const WIDTH = 720
const HEIGHT = 160
const GAP = 0.24

/** Renewals and failures over time: stacked bars, said as one sentence to who cannot see them, and a table of the same. */
export function ActivityPlot({ activity: { buckets, span } }: { activity: Overview['activity'] }) {
  const { tag, texts } = useLanguage()
  const words = texts.overview
  const id = useId()
  const numbers = new Intl.NumberFormat(tag)
  const moment = new Intl.DateTimeFormat(
    tag,
    span === 'day'
      ? { timeStyle: 'short' }
      : { dateStyle: 'short', ...(span === 'week' ? { timeStyle: 'short' } : {}) },
  )
  const refreshed = sum(buckets.map((one) => one.refreshed))
  const failed = sum(buckets.map((one) => one.failed))
  const most = Math.max(0, ...buckets.map((one) => one.refreshed + one.failed))
  const step = WIDTH / buckets.length
  const high = (count: number) => (count / Math.max(1, most)) * HEIGHT
  return (
    <>
      <figure className={classes.figure}>
        <figcaption className={classes.legend}>
          <span>
            <span className={classes.key} data-series="refreshed" aria-hidden /> {words.refreshed({ count: refreshed })}
          </span>
          <span>
            <span className={classes.key} data-series="failed" aria-hidden /> {words.failed({ count: failed })}
          </span>
        </figcaption>
        <svg
          className={classes.plot}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={id}
        >
          <title id={id}>{words.plot({ refreshed, failed, most })}</title>
          {buckets.map((bucket, index) => {
            const x = index * step + (step * GAP) / 2
            const [good, bad] = [high(bucket.refreshed), high(bucket.failed)]
            return (
              <g key={bucket.at}>
                <rect x={x} width={step * (1 - GAP)} y={HEIGHT - good} height={good} data-series="refreshed" />
                <rect x={x} width={step * (1 - GAP)} y={HEIGHT - good - bad} height={bad} data-series="failed" />
              </g>
            )
          })}
        </svg>
        <div className={classes.axis} aria-hidden>
          <span>{moment.format((buckets[0]?.at ?? 0) * 1000)}</span>
          <span>{words.mostAtOnce({ count: most })}</span>
          <span>{words.now}</span>
        </div>
      </figure>
      <Folded title={words.asTable}>
        {refreshed + failed === 0 ? (
          <Text size="sm" c="dimmed">
            {words.nothingHappened}
          </Text>
        ) : (
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{words.from}</th>
                <th scope="col">{words.refreshedColumn}</th>
                <th scope="col">{words.failedColumn}</th>
              </tr>
            </thead>
            <tbody>
              {buckets
                .filter((bucket) => bucket.refreshed + bucket.failed > 0)
                .map((bucket) => (
                  <tr key={bucket.at}>
                    <th scope="row">{moment.format(bucket.at * 1000)}</th>
                    <td>{numbers.format(bucket.refreshed)}</td>
                    <td>{numbers.format(bucket.failed)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        )}
      </Folded>
    </>
  )
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
