import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { changeAccount, dropAccount, keepAccount, relistAccounts, removeAccount, testAccount } from '../api/accounts.ts'
import type { Account } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { explain } from '../shared/explanation.ts'

/** So many are worked on at a time. */
const SIDE_BY_SIDE = 4

export type BulkTask = 'pause' | 'resume' | 'test' | 'remove' | 'remove_here'

interface Failure {
  readonly account: Account
  /** In words for a person. */
  readonly why: string
}

export interface BulkProgress {
  readonly task: BulkTask
  readonly of: number
  readonly done: number
  readonly failures: readonly Failure[]
  /** Nothing more is begun. */
  readonly over: boolean
}

/** Does the same to many accounts, each as if it were done alone: what fails for one does not stop the others. */
export function useBulk() {
  const client = useQueryClient()
  const language = useLanguage()
  const [progress, setProgress] = useState<BulkProgress>()
  const stopped = useRef(false)

  /** What went wrong, in words; undefined: nothing. */
  const act = async (task: BulkTask, account: Account): Promise<string | undefined> => {
    if (task === 'test') {
      const outcome = await testAccount(account.id)
      keepAccount(client, outcome.account)
      return outcome.ok ? undefined : outcome.detail
    }
    if (task === 'remove' || task === 'remove_here') {
      const left = await removeAccount(account.id, task === 'remove')
      dropAccount(client, account.id)
      return left && language.texts.shared.stillThere({ provider: account.connection.provider_name })
    }
    keepAccount(client, await changeAccount(account.id, { paused: task === 'pause' }))
    return undefined
  }

  const begin = async (task: BulkTask, accounts: readonly Account[]): Promise<void> => {
    stopped.current = false
    const waiting = [...accounts]
    let now: BulkProgress = { task, of: waiting.length, done: 0, failures: [], over: false }
    setProgress(now)
    const work = async (): Promise<void> => {
      for (let account = waiting.shift(); account !== undefined && !stopped.current; account = waiting.shift()) {
        const of = account
        const why = await act(task, of).catch((error: unknown) => explain(error, language).title)
        now = { ...now, done: now.done + 1, failures: why ? [...now.failures, { account: of, why }] : now.failures }
        setProgress(now)
      }
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
    setProgress({ ...now, over: true })
    await relistAccounts(client)
  }

  return {
    progress,
    begin,
    stop: () => {
      stopped.current = true
    },
    close: () => setProgress(undefined),
  }
}
