import type { GrantSummary } from '@evergrant/core'
import type { AccountRow } from './accounts.ts'

type Names = Pick<AccountRow, 'name' | 'login_hint'>
type Told = Pick<GrantSummary, 'subject' | 'look_up_failed'> | undefined

/** What lists are in order of and searched by. */
export function placeOf(row: Names, grant: Told): Pick<AccountRow, 'sort_name' | 'search_text' | 'look_up_failed'> {
  return {
    sort_name: sortName(row, grant),
    search_text: searchText(row, grant),
    look_up_failed: grant?.look_up_failed === undefined ? 0 : 1,
  }
}

/** Whether an account stands in lists where it belongs. */
export function isInPlace(row: AccountRow, grant: Told): boolean {
  const { sort_name, search_text, look_up_failed } = placeOf(row, grant)
  return row.sort_name === sort_name && row.search_text === search_text && row.look_up_failed === look_up_failed
}

/** The name that an account is shown under, for the order of lists. Cut: an index takes no longer ones. */
function sortName({ name, login_hint }: Names, grant: Pick<GrantSummary, 'subject'> | undefined): string {
  return (name || grant?.subject?.username || login_hint || '').toLowerCase().slice(0, 200)
}

/** All that an account is called by anybody. */
function searchText({ name, login_hint }: Names, grant: Pick<GrantSummary, 'subject'> | undefined): string {
  return [name, grant?.subject?.username, login_hint].filter(Boolean).join(' ').toLowerCase()
}
