import { Button, Checkbox, Group, Text } from '@mantine/core'
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { accountCountsQuery, accountsQuery } from '../api/accounts.ts'
import { usePollInterval } from '../api/live.tsx'
import type { Account, AccountCounts } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import list from '../shared/row-list.module.css'
import { groupCounts, type Shown } from './account-groups.ts'
import { AccountRow } from './account-row.tsx'
import { AccountTools } from './account-tools.tsx'
import { BulkBar } from './bulk-bar.tsx'
import classes from './found-accounts.module.css'
import { type AccountSearch, useAccountSearch } from './use-account-search.ts'
import { type Selection, useSelection } from './use-selection.ts'

/** Accounts on a page; the rest stays on the server. */
export const ACCOUNTS_ON_PAGE = 50
/** From so many accounts on, looking is slower than typing. */
const SEARCH_FROM = 8

export function FoundAccounts({ total }: { total: number }) {
  const texts = useTexts('accounts')
  const refetchInterval = usePollInterval()
  const search = useAccountSearch()
  const { filter, sort, cursor } = search
  const paging = { sort, limit: ACCOUNTS_ON_PAGE, cursor }
  const page = useQuery({ ...accountsQuery(filter, paging), refetchInterval, placeholderData: keepPreviousData })
  const counts = useQuery({ ...accountCountsQuery(filter), placeholderData: keepPreviousData }).data
  const selection = useSelection()
  const searching = search.words !== '' || search.shown !== 'all' || search.connection !== undefined
  const found = counts && countOf(counts, search.shown)
  return (
    <>
      {(total >= SEARCH_FROM || searching) && <AccountTools search={search} counts={counts} />}
      {selection.chosen.size > 0 && <BulkBar selection={selection} search={search} found={found} />}
      {page.data ? (
        page.data.accounts.length > 0 ? (
          <div className={classes.found} aria-busy={page.isPlaceholderData}>
            <Rows accounts={page.data.accounts} selection={selection} choosing={total > 1} />
            <Pager search={search} shown={page.data.accounts.length} next={page.data.next} found={found} />
          </div>
        ) : (
          <Text c="dimmed" role="status">
            {search.words === '' ? texts.groupEmpty : texts.nothingFound}
          </Text>
        )
      ) : page.isError ? (
        <ProblemAlert error={page.error} retry={() => void page.refetch()} />
      ) : (
        <LoadingRows />
      )}
    </>
  )
}

interface RowsProps {
  accounts: readonly Account[]
  selection: Selection
  choosing: boolean
}

function Rows({ accounts, selection, choosing }: RowsProps) {
  const texts = useTexts('accounts')
  const { chosen } = selection
  const here = accounts.filter(({ id }) => chosen.has(id)).length
  return (
    <>
      {choosing && (
        <Checkbox
          className={classes.all}
          size="sm"
          label={texts.selectPage}
          checked={here === accounts.length}
          indeterminate={here > 0 && here < accounts.length}
          onChange={(event) => selection.choose(accounts, event.currentTarget.checked)}
        />
      )}
      <ul className={list.list}>
        {accounts.map((account) => (
          <AccountRow key={account.id} account={account} selection={choosing ? selection : undefined} />
        ))}
      </ul>
    </>
  )
}

interface PagerProps {
  search: AccountSearch
  /** On this page. */
  shown: number
  next: string | undefined
  found: number | undefined
}

function Pager({ search: { before, next: goOn, previous }, shown, next, found }: PagerProps) {
  const { tag, texts } = useLanguage()
  const words = texts.accounts
  if (previous === undefined && next === undefined) return null
  const numbers = new Intl.NumberFormat(tag)
  const to = before + shown
  return (
    <nav className={classes.pager} aria-label={words.pages}>
      <Text size="sm" c="dimmed" role="status">
        {words.range({ from: numbers.format(before + 1), to: numbers.format(to), of: numbers.format(found ?? to) })}
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          size="sm"
          leftSection={<IconArrowLeft size={16} aria-hidden />}
          disabled={previous === undefined}
          onClick={() => previous?.()}
        >
          {words.previousPage}
        </Button>
        <Button
          variant="default"
          size="sm"
          rightSection={<IconArrowRight size={16} aria-hidden />}
          disabled={next === undefined}
          onClick={() => {
            if (next !== undefined) goOn(next, to)
          }}
        >
          {words.nextPage}
        </Button>
      </Group>
    </nav>
  )
}

function countOf({ states, flags }: AccountCounts, shown: Shown): number {
  return shown === 'expiring_soon' || shown === 'look_up_failed' ? flags[shown] : groupCounts(states)[shown]
}
