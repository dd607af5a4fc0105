import { Button, Group, Stack, Text, VisuallyHidden } from '@mantine/core'
import {
  IconCircleCheck,
  IconDeviceMobile,
  IconExternalLink,
  IconInfoCircle,
  IconPlugConnectedX,
  IconWindow,
} from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
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
import type { ConnectStep } from './connect-progress.ts'
import { ConnectSteps } from './connect-steps.tsx'
import { FailureText } from './failure-text.tsx'
import { needsPerson } from './needs-person.ts'
import { PartlyConnected } from './partly-connected.tsx'
import { useProviderName } from './provider-name.ts'
import type { Connecting } from './use-connect.ts'
import { WrongAccount } from './wrong-account.tsx'

interface Props {
  account: Account
  connecting: Connecting
  /** What to offer once it worked. */
  after?: ReactNode
}

/**
 * What a person sees behind the provider's window, from the click to the green tick. What happens is said to a screen reader
 * by regions that are always there: one that comes with its text is passed over by some of them.
 */
export function ConnectPanel(props: Props) {
  const texts = useTexts('accounts')
  const { progress, link, windowGone, error } = props.connecting
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The button that had the focus is gone: the keyboard goes on here, and not at the top of the page.
    const shown = progress !== undefined || link !== undefined || windowGone
    if (shown && document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [progress, link, windowGone])
  const ended = progress === 'done' || progress === 'failed'
  const running = !error && progress !== undefined && !ended
  // Out of the way while it shows nothing, or the page would leave a gap for it.
  const position = error || progress !== undefined ? 'static' : 'absolute'
  return (
    <div ref={place} tabIndex={-1} style={{ outline: 'none', position }}>
      <VisuallyHidden role="status">{running && `${texts.stepsTitle}: ${texts.steps[progress]}`}</VisuallyHidden>
      <div role="status">{!error && ended && <Ended {...props} good={progress === 'done'} />}</div>
      {error ? <ProblemAlert error={error} retry={props.connecting.begin} /> : null}
      {running && <Running {...props} current={progress} />}
    </div>
  )
}

function Ended({ account, connecting: { begin }, after, good }: Props & { good: boolean }) {
  const texts = useTexts('accounts')
  // Whom it was added for is asked beside this; before that it is no success.
  if (good && account.added_for !== undefined) return null
  if (good && account.missing_scopes.length > 0) {
    return <PartlyConnected account={account} begin={begin} after={after} />
  }
  if (good) {
    return (
      <Notice tone="good" icon={IconCircleCheck} title={texts.connected({ account: accountAddress(account) })}>
        <Text size="sm" mb="xs">
          {texts.connectedText}
        </Text>
        <ConnectedMail account={account} />
        {after}
      </Notice>
    )
  }
  const again = (
    <Button size="xs" onClick={begin}>
      {texts.startAgain}
    </Button>
  )
  const { consent_failed } = account
  if (consent_failed?.code === 'WRONG_ACCOUNT')
    return <WrongAccount account={account} used={consent_failed.username} again={again} />
  if (needsPerson(account)) return <AccountTrouble account={account} title={texts.notConnected} action={again} said />
  return (
    <Notice tone="warn" icon={IconInfoCircle} title={texts.notConnected}>
      {consent_failed && <FailureText failure={consent_failed} />}
      <Text size="sm" mb="xs">
        {texts.unchanged}
      </Text>
      {again}
    </Notice>
  )
}

function Running({ account, connecting, current }: Props & { current: ConnectStep }) {
  const texts = useTexts('accounts')
  const { link, elsewhere, windowGone, begin, beginElsewhere } = connecting
  const provider = useProviderName(account)
  return (
    <Panel title={texts.stepsTitle}>
      <Stack gap="lg">
        <ConnectSteps current={current} elsewhere={elsewhere !== undefined} />
        <div role="status">
          {elsewhere ? (
            current === 'consent' && <OtherDevice link={elsewhere} />
          ) : link ? (
            <Notice tone="warn" icon={IconWindow} title={texts.blockedTitle}>
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
            <Notice tone="quiet" icon={IconPlugConnectedX} title={texts.windowGone}>
              <Button size="xs" variant="default" onClick={begin} mt={4}>
                {texts.startAgain}
              </Button>
            </Notice>
          ) : (
            <Text size="sm" c="dimmed">
              {texts.inOtherWindow({ provider })}
            </Text>
          )}
        </div>
      </Stack>
    </Panel>
  )
}
