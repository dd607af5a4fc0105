import { Button, Text } from '@mantine/core'
import { IconCircleCheck, IconDeviceMobile } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { connectionQuery } from '../api/connections.ts'
import { providerQuery } from '../api/providers.ts'
import type { Account } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { ConfirmAccount } from '../links/confirm-account.tsx'
import { useMayConnect } from '../session/user.ts'
import { Notice } from '../shared/notice.tsx'
import { Page } from '../shared/page.tsx'
import { accountAddress } from './account-label.ts'
import { ConnectPanel } from './connect-panel.tsx'
import { ConsentSummary } from './consent-summary.tsx'
import { OwnerOnly } from './owner-only.tsx'
import { askedPermissions, scopeList } from './permissions.ts'
import { useProviderName } from './provider-name.ts'
import { useConnect } from './use-connect.ts'
import { WithAccount } from './with-account.tsx'

export function ConnectPage() {
  return <WithAccount>{(account) => <ConnectAccount key={account.id} account={account} />}</WithAccount>
}

function ConnectAccount({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const language = useLanguage()
  const connecting = useConnect(account)
  const mayConnect = useMayConnect(account)
  const connection = useQuery(connectionQuery(account.connection.id))
  const provider = useProviderName(account)
  const definition = useQuery(providerQuery(account.connection.provider)).data
  // The settings as they are now, not those of the last time: that is what the person will be asked.
  const scopes = [...new Set([...(definition?.default_scopes ?? []), ...scopeList(connection.data?.scope)])]
  const open = (
    <Button
      component={Link}
      to={`/accounts/${account.id}`}
      // Where something was left out, to start again is what is to be done.
      variant={account.missing_scopes.length > 0 ? 'default' : 'filled'}
      size="xs"
      mt="sm"
    >
      {texts.openAccount}
    </Button>
  )
  const started = connecting.progress !== undefined
  return (
    <Page
      title={
        account.unnamed
          ? texts.connectTitleNew({ connection: account.connection.name })
          : texts.connectTitle({ account: accountAddress(account) })
      }
      description={texts.connectLead({ provider })}
      back={{ to: '/accounts', label: texts.backToList }}
      narrow
    >
      {!started && account.state === 'ok' && (
        <Notice tone="good" icon={IconCircleCheck} title={texts.alreadyTitle}>
          <Text size="sm">{texts.alreadyText}</Text>
          {open}
        </Notice>
      )}
      <ConfirmAccount account={account} connecting={connecting} />
      <ConnectPanel account={account} connecting={connecting} after={open} />
      {!started && (
        <ConsentSummary
          permissions={askedPermissions(scopes, definition?.features ?? [], language.texts)}
          provider={provider}
          hint={account.login_hint}
          action={
            mayConnect ? (
              <>
                <Button size="md" onClick={connecting.begin} loading={connecting.starting}>
                  {texts.continueTo({ provider })}
                </Button>
                <Text size="sm" c="dimmed" mt="xs">
                  {texts.popupNote}
                </Text>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  mt="sm"
                  leftSection={<IconDeviceMobile size={16} aria-hidden />}
                  onClick={connecting.beginElsewhere}
                  disabled={connecting.starting}
                >
                  {texts.otherDevice}
                </Button>
              </>
            ) : (
              <OwnerOnly account={account} />
            )
          }
        />
      )}
    </Page>
  )
}
