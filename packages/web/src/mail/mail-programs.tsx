import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { MailSettings } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Facts } from '../shared/facts.tsx'
import { Folded } from '../shared/folded.tsx'
import { hostText } from './host-text.ts'

/** Every address of the server's machine: the one that this page has is one of them. */
const EVERY = ['0.0.0.0', '::']

/** Where programs that know passwords alone read and send, if this server serves them. */
export function MailPrograms({ settings }: { settings: MailSettings }) {
  const texts = useTexts('mail')
  const { programs, mailbox } = settings
  if (programs === undefined || mailbox === undefined) return null
  const facts = programs.map((at): [string, string] => {
    const host = EVERY.includes(at.host) ? window.location.hostname : at.host
    return [`${at.protocol.toUpperCase()}${at.security === 'tls' ? 'S' : ''}`, hostText({ ...at, host })]
  })
  return (
    <Folded title={texts.programs}>
      <Text size="sm" mb="sm">
        {texts.programsLead({ mailbox })}
      </Text>
      <Facts facts={facts} />
      <Anchor component={Link} to="/settings/api-keys" size="sm" mt="sm" display="inline-block">
        {texts.programsKey}
      </Anchor>
    </Folded>
  )
}
