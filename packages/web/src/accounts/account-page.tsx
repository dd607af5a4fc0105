import { Tabs } from '@mantine/core'
import { useSearchParams } from 'react-router'
import type { Account } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { ConfirmAccount } from '../links/confirm-account.tsx'
import { AccountMail } from '../mail/account-mail.tsx'
import { breakable } from '../shared/breakable.tsx'
import { Page } from '../shared/page.tsx'
import { AccountActions } from './account-actions.tsx'
import { AccountAvatar } from './account-avatar.tsx'
import { AccountHistory } from './account-history.tsx'
import { accountAddress } from './account-label.ts'
import { AccountOverview } from './account-overview.tsx'
import classes from './account-page.module.css'
import { AccountPrograms } from './account-programs.tsx'
import { AccountTechnical } from './account-technical.tsx'
import { AccountTrouble } from './account-trouble.tsx'
import { ConnectPanel } from './connect-panel.tsx'
import { EndingNotice } from './ending-notice.tsx'
import { LookUpNotice } from './look-up-notice.tsx'
import { needsPerson } from './needs-person.ts'
import { RepairButton } from './repair-button.tsx'
import { AccountBadges } from './state-badge.tsx'
import { useConnect } from './use-connect.ts'
import { WithAccount } from './with-account.tsx'

/** The parts of the page. Each has an address: `?tab=` and its name, and the first one none. */
const TABS = ['overview', 'mail', 'programs', 'history', 'technical'] as const

export function AccountPage() {
  return <WithAccount>{(account) => <AccountDetails key={account.id} account={account} />}</WithAccount>
}

/** The part that the address names, and what goes to another one, so that "back" comes back. */
function useTab(): readonly [string, (next: string | null) => void] {
  const [search, setSearch] = useSearchParams()
  const tab = TABS.find((one) => one === search.get('tab')) ?? TABS[0]
  // Only what is below the tabs changes: the place on the page stays.
  const open = (next: string | null) =>
    setSearch(next === null || next === TABS[0] ? {} : { tab: next }, { preventScrollReset: true })
  return [tab, open]
}

function AccountDetails({ account }: { account: Account }) {
  const [tab, open] = useTab()
  const texts = useTexts('accounts')
  const connecting = useConnect(account)
  const language = useLanguage()
  const { states } = language.texts
  const address = accountAddress(account)
  // While a connection is under way its panel says what matters; the old trouble would only confuse.
  const settling = connecting.progress !== undefined || Boolean(connecting.error)
  // Not when it tells nothing that the badge beside it does not.
  const sentence = account.sentence.replace(/\.$/, '')
  const trouble = !settling && needsPerson(account)
  const ending = !settling && account.expiring_soon === true
  return (
    <Page
      title={address}
      heading={
        <span className={classes.heading}>
          <AccountAvatar name={address} size={44} />
          <span>{breakable(address)}</span>
        </span>
      }
      description={
        <span className={classes.state}>
          <AccountBadges account={account} />
          {!trouble && sentence !== states[account.state] && <span>{sentence}</span>}
        </span>
      }
      back={{ to: '/accounts', label: texts.backToList }}
    >
      <ConnectPanel account={account} connecting={connecting} />
      <ConfirmAccount account={account} connecting={connecting} />
      {trouble && (
        <AccountTrouble account={account} action={<RepairButton account={account} connecting={connecting} />} />
      )}
      {ending && account.predicted_end && (
        <EndingNotice end={account.predicted_end} action={<RepairButton account={account} connecting={connecting} />} />
      )}
      {account.look_up_failed && !settling && <LookUpNotice account={account} failed={account.look_up_failed} />}
      <AccountActions account={account} connecting={connecting} repairing={trouble || ending} />
      <Tabs value={tab} onChange={open} keepMounted={false} classNames={{ tab: classes.tab }}>
        <Tabs.List mb="lg">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {texts.tabs[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" className={classes.parts}>
          <AccountOverview account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="mail" className={classes.parts}>
          <AccountMail account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="programs" className={classes.parts}>
          <AccountPrograms account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className={classes.parts}>
          <AccountHistory account={account} />
        </Tabs.Panel>
        <Tabs.Panel value="technical" className={classes.parts}>
          <AccountTechnical account={account} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
