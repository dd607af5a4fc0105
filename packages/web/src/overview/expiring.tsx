import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { accountAddress } from '../accounts/account-label.ts'
import type { Overview } from '../api/types.ts'
import { SecretEnd } from '../connections/secret-end.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { When } from '../shared/when.tsx'
import classes from './overview.module.css'

/** What ends soon, so that it is renewed before programs notice. */
export function Expiring({ expiring: { secrets, accounts, accounts_total } }: Pick<Overview, 'expiring'>) {
  const texts = useTexts('overview')
  return (
    <Panel title={texts.expiring} description={texts.expiringLead}>
      {secrets.length + accounts.length === 0 && <Text c="dimmed">{texts.nothingExpires}</Text>}
      <ul className={classes.expiring}>
        {secrets.map(({ connection, at }) => (
          <li key={connection.id}>
            <Anchor component={Link} to={`/settings/connections/${connection.id}`}>
              {connection.name}
            </Anchor>
            <SecretEnd at={at} />
          </li>
        ))}
        {accounts.map((account) => (
          <li key={account.id}>
            <Anchor component={Link} to={`/accounts/${account.id}`}>
              {accountAddress(account)}
            </Anchor>
            <span>
              {texts.grantEnds} {account.predicted_end && <When at={account.predicted_end.at} />}
            </span>
          </li>
        ))}
      </ul>
      {accounts_total > accounts.length && (
        <Text size="sm" c="dimmed" mt="xs">
          {texts.andMore({ count: accounts_total - accounts.length })}
        </Text>
      )}
    </Panel>
  )
}
