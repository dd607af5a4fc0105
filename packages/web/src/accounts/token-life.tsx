import { Text } from '@mantine/core'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Facts } from '../shared/facts.tsx'
import { useNow } from '../shared/now.ts'
import { Panel } from '../shared/panel.tsx'
import { WhenOr } from '../shared/when.tsx'
import { plannedRefresh } from './planned-refresh.ts'
import classes from './token-life.module.css'

/** When the access token was obtained, will be renewed and would expire, on one small line. */
export function TokenLife({ account }: { account: Account }) {
  const shared = useTexts('shared')
  const texts = useTexts('accounts')
  const now = useNow()
  const { last_success_at: from, expires_at: to } = account
  const renew = plannedRefresh(account)
  if (to === undefined) {
    return (
      <Panel title={texts.life}>
        <Text c="dimmed">{texts.lifeNone}</Text>
      </Panel>
    )
  }
  const begin = from ?? account.updated_at
  const place = (at: number) => `${Math.min(100, Math.max(0, (100 * (at - begin)) / Math.max(1, to - begin)))}%`
  return (
    <Panel title={texts.life} description={renew === undefined ? undefined : texts.lifeLead}>
      <div className={classes.line} aria-hidden>
        <div className={classes.past} style={{ width: place(now) }} />
        {renew !== undefined && <div className={classes.renew} style={{ insetInlineStart: place(renew) }} />}
        <div className={classes.now} style={{ insetInlineStart: place(now) }} />
      </div>
      <Facts
        facts={[
          [texts.obtained, <WhenOr key="obtained" at={from} past otherwise={shared.never} />],
          [texts.willRefresh, <WhenOr key="refresh" at={renew} planned otherwise={texts.noRefresh} />],
          [to > now ? texts.expires : texts.expired, <WhenOr key="expires" at={to} otherwise={shared.never} />],
        ]}
      />
    </Panel>
  )
}
