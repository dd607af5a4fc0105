import { useLocation, useSearchParams } from 'react-router'
import type { AccountFilter } from '../api/accounts.ts'
import type { AccountSort } from '../api/types.ts'
import { filterOf, type Shown, shownFrom } from './account-groups.ts'

export const ACCOUNT_SORTS = ['attention', 'name', 'ends', 'used', 'newest'] as const satisfies readonly AccountSort[]

export const sortFrom = (text: string | null): AccountSort => ACCOUNT_SORTS.find((one) => one === text) ?? 'attention'

/** What is looked for, as it stands in the address: a link to it leads to the same. */
export interface AccountSearch {
  readonly words: string
  readonly shown: Shown
  readonly connection: string | undefined
  readonly sort: AccountSort
  readonly cursor: string | undefined
  /** How many accounts the pages before this one had. */
  readonly before: number
  readonly filter: AccountFilter
  /** Changes some of it, and goes back to the first page. */
  readonly look: (change: { words?: string; shown?: Shown; connection?: string; sort?: AccountSort }) => void
  readonly next: (cursor: string, before: number) => void
  /** Undefined on the first page. */
  readonly previous: (() => void) | undefined
}

/** The pages that a person came through, for the way back: a cursor leads forward only. */
interface Trail {
  readonly trail: readonly { readonly cursor: string | null; readonly before: number }[]
}

export function useAccountSearch(): AccountSearch {
  const [search, setSearch] = useSearchParams()
  const { state } = useLocation() as { state: Partial<Trail> | null }
  const words = search.get('q') ?? ''
  const shown = shownFrom(search.get('show'))
  const connection = search.get('connection') ?? undefined
  const sort = sortFrom(search.get('sort'))
  const cursor = search.get('after') ?? undefined
  const before = Math.max(0, Number(search.get('before')) || 0)
  const trail = state?.trail ?? []

  const go = (to: { cursor: string | null; before: number }, steps: Trail['trail']) =>
    setSearch(
      (now) => {
        now.delete('after')
        now.delete('before')
        if (to.cursor !== null) now.set('after', to.cursor)
        if (to.cursor !== null) now.set('before', String(to.before))
        return now
      },
      { state: { trail: steps } satisfies Trail },
    )
  return {
    words,
    shown,
    connection,
    sort,
    cursor,
    before,
    filter: { q: words, connection, ...filterOf(shown) },
    look: (change) =>
      setSearch(
        (now) => {
          now.delete('after')
          now.delete('before')
          const put = (name: string, value: string | undefined, usual: string) => {
            if (value === undefined) return
            if (value === usual) now.delete(name)
            else now.set(name, value)
          }
          put('q', change.words, '')
          put('show', change.shown, 'all')
          put('connection', change.connection, '')
          put('sort', change.sort, 'attention')
          return now
        },
        { replace: true },
      ),
    next: (following, shownBefore) =>
      go({ cursor: following, before: shownBefore }, [...trail, { cursor: cursor ?? null, before }]),
    previous:
      cursor === undefined ? undefined : () => go(trail.at(-1) ?? { cursor: null, before: 0 }, trail.slice(0, -1)),
  }
}
