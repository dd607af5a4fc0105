import { Button, Group, Stack, Text } from '@mantine/core'
import {
  IconCircleCheck,
  IconDeviceMobile,
  IconExternalLink,
  IconInfoCircle,
  IconPlugConnectedX,
  IconWindow,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OtherDevice } from '../links/other-device.tsx'
import { ConnectedMail } from '../mail/connected-mail.tsx'
import { CopyLink } from '../shared/copy-link.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { accountAddress } from './account-label.ts'
import { AccountTrouble } from './account-trouble.tsx'
import { ConnectSteps } from './connect-steps.tsx'
import { needsPerson } from './needs-person.ts'
import { useProviderName } from './provider-name.ts'
import type { Connecting } from './use-connect.ts'

interface Props {
  account: Account
  connecting: Connecting
  /** What to offer once it worked. */
  after?: ReactNode
}

/** What a person sees behind the provider's window, from the click to the green tick. */
export function ConnectPanel({ account, connecting, after }: Props) {
  const texts = useTexts('accounts')
  const { progress, link, elsewhere, windowGone, error, begin, beginElsewhere } = connecting
  const provider = useProviderName(account)
  if (error) return <ProblemAlert error={error} retry={begin} />
  if (!progress) return null
  if (progress === 'done') {
    return (
      <Notice
        tone="good"
        icon={IconCircleCheck}
        title={texts.connected({ account: accountAddress(account) })}
        role="status"
      >
        <Text size="sm" mb="xs">
          {texts.connectedText}
        </Text>
        <ConnectedMail account={account} />
        {after}
      </Notice>
    )
  }
  if (progress === 'failed') {
    const again = (
      <Button size="xs" onClick={begin}>
        {texts.startAgain}
      </Button>
    )
    if (!needsPerson(account)) {
      return (
        <Notice tone="warn" icon={IconInfoCircle} title={texts.notConnected} role="status">
          <Text size="sm" mb="xs">
            {texts.unchanged}
          </Text>
          {again}
        </Notice>
      )
    }
    return <AccountTrouble account={account} title={texts.notConnected} action={again} />
  }
  return (
    <Panel title={texts.stepsTitle}>
      <Stack gap="lg">
        <ConnectSteps current={progress} elsewhere={elsewhere !== undefined} />
        {elsewhere ? (
          progress === 'consent' && <OtherDevice link={elsewhere} />
        ) : link ? (
          <Notice tone="warn" icon={IconWindow} title={texts.blockedTitle} role="status">
            <Text size="sm" mb="sm">
              {texts.blockedText}
            </Text>
            <Group gap="sm">
              <Button component="a" href={link} rightSection={<IconExternalLink size={17} aria-hidden />}>
                {texts.continueTo({ provider })}
              </Button>
              <CopyLink link={link}>{texts.copyLink}</CopyLink>
              <Button
                variant="default"
                leftSection={<IconDeviceMobile size={17} aria-hidden />}
                onClick={beginElsewhere}
              >
                {texts.otherDevice}
              </Button>
            </Group>
          </Notice>
        ) : windowGone ? (
          <Notice tone="quiet" icon={IconPlugConnectedX} title={texts.windowGone} role="status">
            <Button size="xs" variant="default" onClick={begin} mt={4}>
              {texts.startAgain}
            </Button>
          </Notice>
        ) : (
          <Text size="sm" c="dimmed" role="status">
            {texts.inOtherWindow({ provider })}
          </Text>
        )}
      </Stack>
    </Panel>
  )
}
