import { Button, Checkbox, Group, Progress, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconPlayerPause,
  IconPlayerPlay,
  IconStethoscope,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { accountPage } from '../api/accounts.ts'
import type { Account } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { accountAddress } from './account-label.ts'
import classes from './bulk-bar.module.css'
import type { AccountSearch } from './use-account-search.ts'
import { type BulkProgress, type BulkTask, useBulk } from './use-bulk.ts'
import type { Selection } from './use-selection.ts'

/** Asked for at a time when all that were found are chosen. */
const AT_A_TIME = 500
/** More failures than these are counted, not named. */
const MOST_NAMED = 20

interface Props {
  selection: Selection
  search: AccountSearch
  /** How many there are of what the list shows. */
  found: number | undefined
}

/** What to do with the accounts that were chosen. */
export function BulkBar({ selection, search, found }: Props) {
  const texts = useTexts('accounts')
  const { chosen } = selection
  const bulk = useBulk()
  const [removing, setRemoving] = useState(false)
  const all = useMutation({
    mutationFn: () => everyAccount(search),
    onSuccess: (accounts) => selection.choose(accounts, true),
  })
  const { progress } = bulk
  const accounts = [...chosen.values()]
  const begin = (task: BulkTask) => void bulk.begin(task, accounts)
  if (progress) {
    return (
      <section className={classes.bar} aria-label={texts.chosen({ count: chosen.size })}>
        <BulkOutcome
          progress={progress}
          onStop={bulk.stop}
          onClose={() => {
            bulk.close()
            selection.clear()
          }}
        />
      </section>
    )
  }
  return (
    <section className={classes.bar} aria-label={texts.chosen({ count: chosen.size })}>
      <Group gap="sm">
        <Text fw={600} role="status">
          {texts.chosen({ count: chosen.size })}
        </Text>
        {found !== undefined && found > chosen.size && (
          <Button variant="subtle" size="compact-sm" loading={all.isPending} onClick={() => all.mutate()}>
            {texts.selectFound({ count: found })}
          </Button>
        )}
        <Button variant="subtle" size="compact-sm" color="gray" onClick={selection.clear}>
          {texts.selectNone}
        </Button>
      </Group>
      <Group gap="xs">
        <Button
          size="sm"
          variant="default"
          leftSection={<IconStethoscope size={16} aria-hidden />}
          onClick={() => begin('test')}
        >
          {texts.test}
        </Button>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          onClick={() => begin('pause')}
        >
          {texts.pause}
        </Button>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          onClick={() => begin('resume')}
        >
          {texts.resume}
        </Button>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => setRemoving(true)}
        >
          {texts.remove}
        </Button>
      </Group>
      {all.error && <ProblemAlert error={all.error} />}
      <RemoveMany
        count={chosen.size}
        open={removing}
        onClose={() => setRemoving(false)}
        onRemove={(revoke) => {
          setRemoving(false)
          begin(revoke ? 'remove' : 'remove_here')
        }}
      />
    </section>
  )
}

interface RemoveProps {
  count: number
  open: boolean
  onClose: () => void
  onRemove: (revoke: boolean) => void
}

function RemoveMany({ count, open, onClose, onRemove }: RemoveProps) {
  const texts = useTexts('accounts')
  const [revoke, setRevoke] = useState(true)
  return (
    <ConfirmDialog
      open={open}
      title={texts.removeManyTitle({ count })}
      action={texts.remove}
      busy={false}
      error={undefined}
      onConfirm={() => onRemove(revoke)}
      onClose={onClose}
    >
      <Text size="sm">{texts.removeManyText}</Text>
      <Checkbox
        checked={revoke}
        onChange={(event) => setRevoke(event.currentTarget.checked)}
        label={texts.removeManyRevoke}
        description={texts.removeRevokeHelp}
      />
    </ConfirmDialog>
  )
}

interface OutcomeProps {
  progress: BulkProgress
  onStop: () => void
  onClose: () => void
}

function BulkOutcome({ progress: { task, of, done, failures, over }, onStop, onClose }: OutcomeProps) {
  const { tag, texts } = useLanguage()
  const words = texts.accounts
  const numbers = new Intl.NumberFormat(tag)
  const title = words.bulk[task]({ done: numbers.format(done), of: numbers.format(of) })
  if (!over) {
    return (
      <>
        <Text fw={600} role="status">
          {title}
        </Text>
        <Progress value={(100 * done) / Math.max(1, of)} aria-label={title} />
        <Group>
          <Button size="sm" variant="default" onClick={onStop}>
            {words.bulkStop}
          </Button>
        </Group>
      </>
    )
  }
  return (
    <Notice
      tone={failures.length === 0 ? 'good' : 'warn'}
      icon={failures.length === 0 ? IconCircleCheck : IconAlertTriangle}
      title={title}
      role="status"
    >
      {failures.length > 0 && (
        <>
          <Text size="sm">{words.bulkFailed({ count: failures.length })}</Text>
          <ul className={classes.failures}>
            {failures.slice(0, MOST_NAMED).map(({ account, why }) => (
              <li key={account.id}>
                <strong>{accountAddress(account)}</strong>: {why}
              </li>
            ))}
          </ul>
          {failures.length > MOST_NAMED && (
            <Text size="sm">{words.bulkMore({ count: failures.length - MOST_NAMED })}</Text>
          )}
        </>
      )}
      <Button size="xs" variant="default" mt="xs" onClick={onClose}>
        {texts.shared.close}
      </Button>
    </Notice>
  )
}

/** All accounts that the list shows, on whichever page. */
async function everyAccount({ filter }: AccountSearch): Promise<Account[]> {
  const accounts: Account[] = []
  let cursor: string | undefined
  do {
    const page = await accountPage(filter, { sort: 'name', limit: AT_A_TIME, cursor })
    accounts.push(...page.accounts)
    cursor = page.next
  } while (cursor !== undefined)
  return accounts
}
