import { Skeleton, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { historyQuery } from '../api/accounts.ts'
import type { Account, HistoryEntry } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { When } from '../shared/when.tsx'
import classes from './account-history.module.css'

const TROUBLE: ReadonlySet<HistoryEntry['type']> = new Set([
  'authorization_failed',
  'refresh_failed',
  'consent_required',
  'persist_failed',
  'mail_failed',
])

/** What happened to the account, newest first. */
export function AccountHistory({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const history = useQuery({ ...historyQuery(account), placeholderData: keepPreviousData })
  if (history.isError) return <ProblemAlert error={history.error} retry={() => void history.refetch()} />
  if (!history.data) return <Skeleton height={220} radius="lg" />
  return (
    <Panel title={texts.tabs.history}>
      {history.data.length === 0 && <Text c="dimmed">{texts.historyEmpty}</Text>}
      <ol className={classes.entries}>
        {history.data.map((entry) => (
          <Entry key={`${entry.at} ${entry.type} ${entry.code ?? ''}`} entry={entry} />
        ))}
      </ol>
    </Panel>
  )
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const historyWords = useTexts('history')
  const texts = useTexts('accounts')
  const trouble = TROUBLE.has(entry.type)
  const Mark = trouble ? IconAlertTriangle : IconCircleCheck
  return (
    <li data-tone={trouble ? 'warn' : 'good'}>
      <Mark size={18} aria-hidden className={classes.mark} />
      <span className={classes.words}>
        {historyWords[entry.type]}
        {entry.times !== undefined && entry.since !== undefined && (
          <span className={classes.detail}>
            {texts.timesSince({ count: entry.times })} <When at={entry.since} past />
          </span>
        )}
        {entry.detail && <span className={classes.detail}>{entry.detail}</span>}
        {entry.code && <code className={classes.detail}>{entry.code}</code>}
      </span>
      <span className={classes.when}>
        <When at={entry.at} past />
        {entry.seconds !== undefined && ` · ${texts.took({ seconds: rounded(entry.seconds) })}`}
      </span>
    </li>
  )
}

const rounded = (seconds: number): number => (seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds))
