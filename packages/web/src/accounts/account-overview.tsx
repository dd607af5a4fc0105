import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin } from '../session/user.ts'
import { Facts } from '../shared/facts.tsx'
import { Panel } from '../shared/panel.tsx'
import { When } from '../shared/when.tsx'
import { GrantTimeline } from './grant-timeline.tsx'
import { PermissionList } from './permission-list.tsx'
import { PredictedEnd } from './predicted-end.tsx'
import { TokenLife } from './token-life.tsx'

export function AccountOverview({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const isAdmin = useIsAdmin()
  const { connection, subject, predicted_end: end } = account
  return (
    <>
      <Panel>
        <Facts
          facts={[
            [texts.who, subject ? (subject.username ?? subject.sub) : texts.whoUnknown],
            [
              texts.viaConnection,
              isAdmin ? (
                <Anchor key="connection" component={Link} to={`/settings/connections/${connection.id}`}>
                  {connection.name}
                </Anchor>
              ) : (
                connection.name
              ),
            ],
            ...(isAdmin ? [[texts.owner, account.owner?.name ?? texts.ownerNone] as const] : []),
            [texts.refreshes, texts.times({ count: account.refreshes })],
            ...(end ? [[texts.ends, <PredictedEnd key="ends" end={end} />] as const] : []),
            [texts.added, <When key="added" at={account.created_at} past />],
          ]}
        />
      </Panel>
      {account.version > 0 && <GrantTimeline account={account} />}
      <TokenLife account={account} />
      <PermissionList account={account} />
    </>
  )
}
