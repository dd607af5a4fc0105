import { useState } from 'react'
import type { Account } from '../api/types.ts'

/** Accounts that were chosen, on this page of the list and on others, by id. */
export interface Selection {
  readonly chosen: ReadonlyMap<string, Account>
  readonly choose: (accounts: readonly Account[], chosen: boolean) => void
  readonly clear: () => void
}

export function useSelection(): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Account>>(new Map())
  return {
    chosen,
    choose: (accounts, wanted) =>
      setChosen((before) => {
        const after = new Map(before)
        for (const account of accounts) {
          if (wanted) after.set(account.id, account)
          else after.delete(account.id)
        }
        return after
      }),
    clear: () => setChosen(new Map()),
  }
}
