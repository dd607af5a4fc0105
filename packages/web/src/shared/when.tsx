import { Tooltip } from '@mantine/core'
import { useLanguage } from '../languages/speaking.tsx'
import { useNow } from './now.ts'
import { dateOf } from './time.ts'

interface Props {
  /** Epoch seconds. */
  at: number
  /** It has happened: clocks that differ a little do not make it "in a moment". */
  past?: boolean
  /** It is to happen: when its time has come it is due. */
  planned?: boolean
}

/** A moment as people say it; the exact one on hover. */
export function When({ at, past = false, planned = false }: Props) {
  const now = useNow()
  const { times } = useLanguage()
  const words = planned ? times.planned(at, now) : times.relative(past ? Math.min(at, now) : at, now)
  return (
    <Tooltip label={times.exact(at)} openDelay={200}>
      <time dateTime={dateOf(at).toISOString()}>{words}</time>
    </Tooltip>
  )
}

export function WhenOr({ at, otherwise, ...how }: Omit<Props, 'at'> & { at: number | undefined; otherwise: string }) {
  return at === undefined ? otherwise : <When at={at} {...how} />
}
