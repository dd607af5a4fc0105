import { Skeleton, Text } from '@mantine/core'
import {
  type Icon,
  IconAlertTriangle,
  IconCheck,
  IconFlag,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnectedX,
  IconTool,
  IconUserCheck,
} from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { timelineQuery } from '../api/accounts.ts'
import type { Account, Timeline, TimelineMark } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { Folded } from '../shared/folded.tsx'
import type { Tone } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import classes from './grant-timeline.module.css'
import { placesOf, scaleOf } from './timeline-places.ts'

const WIDTH = 720
const HEIGHT = 56
const GAP = 0.24

const MARKS: Readonly<Record<TimelineMark['type'], { readonly icon: Icon; readonly tone: Tone }>> = {
  consented: { icon: IconUserCheck, tone: 'good' },
  failing: { icon: IconAlertTriangle, tone: 'warn' },
  repaired: { icon: IconTool, tone: 'good' },
  ended: { icon: IconPlugConnectedX, tone: 'bad' },
  revoked: { icon: IconPlugConnectedX, tone: 'bad' },
  paused: { icon: IconPlayerPause, tone: 'quiet' },
  resumed: { icon: IconPlayerPlay, tone: 'quiet' },
}

/** The life of the grant: consents, renewals, failures, repairs and its predicted end; as a plot, in words, as a table. */
export function GrantTimeline({ account }: { account: Account }) {
  const { texts } = useLanguage()
  const timeline = useQuery({ ...timelineQuery(account), placeholderData: keepPreviousData })
  return (
    <Panel title={texts.timeline.title} description={texts.timeline.lead}>
      {timeline.data ? (
        <Life timeline={timeline.data} />
      ) : timeline.isError ? (
        <ProblemAlert error={timeline.error} retry={() => void timeline.refetch()} />
      ) : (
        <Skeleton height={120} radius="lg" />
      )}
    </Panel>
  )
}

function Life({ timeline }: { timeline: Timeline }) {
  const { texts, times } = useLanguage()
  const words = texts.timeline
  const id = useId()
  const { from, now, buckets, seconds, marks, predicted_end: end } = timeline
  const { to, place } = scaleOf(timeline)
  const most = Math.max(1, ...buckets.map((one) => one.refreshed + one.failed))
  const high = (count: number) => (count / most) * HEIGHT
  const x = (at: number) => (place(at) / 100) * WIDTH
  return (
    <>
      <Text size="sm" id={id}>
        {useStory(timeline)}
      </Text>
      <div className={classes.plot} role="img" aria-labelledby={id}>
        <svg className={classes.bars} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
          {buckets.map((bucket) => {
            const left = x(bucket.at)
            const width = Math.max(1, (x(Math.min(now, bucket.at + seconds)) - left) * (1 - GAP))
            const [good, bad] = [high(bucket.refreshed), high(bucket.failed)]
            return (
              <g key={bucket.at}>
                <rect x={left} width={width} y={HEIGHT - good} height={good} data-series="refreshed" />
                <rect x={left} width={width} y={HEIGHT - good - bad} height={bad} data-series="failed" />
              </g>
            )
          })}
        </svg>
        <div className={classes.line}>
          <span className={classes.past} style={{ width: `${place(now)}%` }} />
          <span className={classes.now} style={{ left: `${place(now)}%` }} />
          {placesOf(marks, place).map(({ left, mark }) => {
            const { icon: Mark, tone } = MARKS[mark.type]
            return (
              <span
                key={`${mark.at} ${mark.type}`}
                className={classes.mark}
                data-tone={tone}
                style={{ left: `${left}%` }}
              >
                <Mark size={14} stroke={2} />
              </span>
            )
          })}
          {end && end.at <= to && (
            <span className={classes.mark} data-tone="warn" style={{ left: `${place(end.at)}%` }}>
              <IconFlag size={14} stroke={2} />
            </span>
          )}
        </div>
      </div>
      <div className={classes.axis} aria-hidden>
        <span>{times.day(from)}</span>
        {to > now && (
          <span className={classes.today} style={{ left: `${place(now)}%` }}>
            {words.now}
          </span>
        )}
        <span>{to > now ? times.day(to) : words.now}</span>
      </div>
      <Folded title={words.asTable}>
        <MarkTable timeline={timeline} />
      </Folded>
    </>
  )
}

/** All of it in a few sentences. */
function useStory({ buckets, marks, consented_at, predicted_end: end, now }: Timeline): string {
  const { texts, times } = useLanguage()
  const words = texts.timeline
  const sum = (name: 'refreshed' | 'failed') => buckets.reduce((all, one) => all + one[name], 0)
  const [refreshed, failed] = [sum('refreshed'), sum('failed')]
  const repaired = marks.filter(({ type }) => type === 'repaired').length
  return [
    consented_at === undefined ? undefined : words.consentedOn({ when: times.exact(consented_at) }),
    refreshed === 0 ? words.neverRenewed : words.renewed({ count: refreshed }),
    failed === 0 ? words.neverFailed : words.failed({ count: failed }),
    repaired === 0 ? undefined : words.repairedBySelf({ count: repaired }),
    end && (end.at > now ? words.endsOn({ when: times.day(end.at) }) : words.endedOn({ when: times.day(end.at) })),
    end && texts.accounts.endWhy[end.reason],
  ]
    .filter(Boolean)
    .join(' ')
}

function MarkTable({ timeline: { marks, buckets, predicted_end: end } }: { timeline: Timeline }) {
  const { tag, texts, times } = useLanguage()
  const words = texts.timeline
  const numbers = new Intl.NumberFormat(tag)
  const busy = buckets.filter(({ refreshed, failed }) => refreshed + failed > 0)
  return (
    <>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{words.when}</th>
              <th scope="col">{words.what}</th>
            </tr>
          </thead>
          <tbody>
            {marks.map((mark) => {
              const { icon: Mark, tone } = MARKS[mark.type]
              return (
                <tr key={`${mark.at} ${mark.type}`}>
                  <td>{times.exact(mark.at)}</td>
                  <td data-tone={tone}>
                    <Mark size={15} aria-hidden className={classes.inline} /> {words.marks[mark.type]}
                    {mark.times !== undefined && mark.times > 1 && ` (${texts.accounts.times({ count: mark.times })})`}
                    {mark.code && <code className={classes.code}>{mark.code}</code>}
                  </td>
                </tr>
              )
            })}
            {end && (
              <tr>
                <td>{times.exact(end.at)}</td>
                <td data-tone="warn">
                  <IconFlag size={15} aria-hidden className={classes.inline} /> {words.predicted}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {busy.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{texts.overview.from}</th>
                <th scope="col">{texts.overview.refreshedColumn}</th>
                <th scope="col">{texts.overview.failedColumn}</th>
              </tr>
            </thead>
            <tbody>
              {busy.map(({ at, refreshed, failed }) => (
                <tr key={at}>
                  <td>{times.exact(at)}</td>
                  <td>
                    {refreshed > 0 && <IconCheck size={15} aria-hidden className={classes.inline} />}{' '}
                    {numbers.format(refreshed)}
                  </td>
                  <td>{numbers.format(failed)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
