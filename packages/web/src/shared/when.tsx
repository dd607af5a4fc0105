import { Tooltip } from '@mantine/core'
import { useLanguage } from '../languages/speaking.tsx'
import { useNow } from './now.ts'
import { dateOf } from './time.ts'

interface Props {
  /** Epoch seconds. */
  at: number
  /** It has happened: clocks that differ a little do not make it "in a moment". */
  past?: boolean
}

/** A moment as people say it; the exact one on hover. */
export function When({ at, past = false }: Props) {
  const now = useNow()
  const { times } = useLanguage()
  return (
    <Tooltip label={times.exact(at)} openDelay={200}>
      <time dateTime={dateOf(at).toISOString()}>{times.relative(past ? Math.min(at, now) : at, now)}</time>
    </Tooltip>
  )
}

export function WhenOr({
  at,
  otherwise,
  past = false,
}: Omit<Props, 'at'> & { at: number | undefined; otherwise: string }) {
  return at === undefined ? otherwise : <When at={at} past={past} />
}
