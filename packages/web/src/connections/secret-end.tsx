import { useLanguage } from '../languages/speaking.tsx'
import { useNow } from '../shared/now.ts'
import classes from './secret-end.module.css'

const DAY = 86_400

/** When the client secret ends: amber within 30 days, red within a week. */
export function SecretEnd({ at }: { at: number }) {
  const { texts, times } = useLanguage()
  const words = texts.connections
  const days = Math.ceil((at - useNow()) / DAY)
  const tone = days <= 7 ? 'bad' : days <= 30 ? 'warn' : 'quiet'
  return (
    <span className={classes.end} data-tone={tone} title={times.day(at)}>
      {days <= 0 ? words.secretEnded : words.secretEnds({ count: days })}
    </span>
  )
}
