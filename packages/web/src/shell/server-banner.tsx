import { useDebouncedValue } from '@mantine/hooks'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useStreamStatus } from '../api/live.tsx'
import { useTexts } from '../languages/speaking.tsx'
import classes from './server-banner.module.css'

/** Quiet, and only when the interruption lasts: a restart of a second or two is nobody's business. */
export function ServerBanner() {
  const texts = useTexts('shell')
  const status = useStreamStatus()
  const [lasting] = useDebouncedValue(status, 2_500)
  const lost = status === 'lost' && lasting === 'lost'
  return (
    <div role="status" className={classes.place}>
      {lost && (
        <div className={classes.banner} data-tone="warn">
          <IconPlugConnectedX size={17} aria-hidden /> {texts.lost}
        </div>
      )}
    </div>
  )
}
