import { Anchor, Text } from '@mantine/core'
import { IconMapPin } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '../api/session.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import classes from './door.module.css'

/** The server answers sign-ins at its own address only: said before somebody wonders why it does not work here. */
export function AddressNotice() {
  const texts = useTexts('session')
  const session = useQuery(sessionQuery)
  const publicUrl = session.data?.public_url
  if (!publicUrl || !URL.canParse(publicUrl) || new URL(publicUrl).origin === window.location.origin) return null
  const { pathname, hash } = window.location
  return (
    <div className={classes.notice}>
      <Notice tone="warn" icon={IconMapPin} title={texts.addressTitle}>
        <Text size="sm">
          {texts.address} <Anchor href={new URL(pathname + hash, publicUrl).href}>{publicUrl}</Anchor>
        </Text>
      </Notice>
    </div>
  )
}
