import { Button, Group, MultiSelect, Radio, Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { IconUsers } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accountAddress } from '../accounts/account-label.ts'
import { scopeList } from '../accounts/permissions.ts'
import { accountsQuery } from '../api/accounts.ts'
import { createApiKey } from '../api/api-keys.ts'
import { ProblemError } from '../api/problem-error.ts'
import type { Account } from '../api/types.ts'
import { usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword, useUser } from '../session/user.ts'
import { Notice } from '../shared/notice.tsx'

const LIVES = [30, 90, 365] as const
const DAY = 86_400
/** Accounts that are offered at a time. */
const OFFERED = 50
/** Milliseconds after the last letter until the server is asked. */
const PAUSE = 200

/** Two accounts of one person are told apart by their connections. */
const labelOf = (account: Account): string => `${accountAddress(account)} · ${account.connection.name}`

interface Props {
  onCreated: (key: string) => void
  /** What it is for, unless somebody chooses others. */
  account: Account | undefined
}

export function CreateKeyForm({ onCreated, account }: Props) {
  const texts = useTexts('keys')
  const user = useUser()
  const isAdmin = user?.role === 'admin'
  const session = useTexts('session')
  const hasPassword = useHasPassword()
  const { data: people } = useQuery({ ...usersQuery, enabled: isAdmin })
  const [words, setWords] = useState('')
  const [asked] = useDebouncedValue(words, PAUSE)
  // The server looks for them: there may be more than a list can show.
  const accounts = useQuery({ ...accountsQuery({ q: asked }, { limit: OFFERED }), placeholderData: keepPreviousData })
  const [seen, setSeen] = useState<ReadonlyMap<string, Account>>(new Map(account && [[account.id, account]]))
  const create = useMutation({ mutationFn: createApiKey, gcTime: 0, onSuccess: ({ key }) => onCreated(key) })
  // The server knows of all accounts, this page of those that it has seen.
  const asksForReason = create.error instanceof ProblemError && create.error.problem.code === 'REASON_REQUIRED'
  /** Whether it is for an account of somebody who was removed: as guarded as before, but nobody is told. */
  const isLeft = (reach: string, chosen: readonly string[]): boolean =>
    reach === 'some' && chosen.some((id) => seen.get(id)?.former_owner !== undefined)
  const needsReason = (reach: string, chosen: readonly string[]): boolean =>
    othersOf(reach, chosen) > 0 || isLeft(reach, chosen) || asksForReason
  /** How many other people's accounts a key is for: each of them is told of it. */
  const othersOf = (reach: string, chosen: readonly string[]): number => {
    if (!isAdmin) return 0
    if (reach === 'all') return people?.filter(({ id, accounts }) => id !== user.id && accounts > 0).length ?? 0
    const owners = chosen.map((id) => seen.get(id)?.owner?.id)
    return new Set(owners.filter((id) => id !== undefined && id !== user.id)).size
  }
  const form = useForm({
    // A member's keys are for accounts of their own, never for all.
    initialValues: {
      name: '',
      reach: isAdmin && !account ? 'all' : 'some',
      accounts: account ? [account.id] : [],
      scopes: [] as string[],
      life: '90',
      reason: '',
      password: '',
    },
    validate: {
      name: isNotEmpty(texts.nameMissing),
      accounts: (chosen, { reach }) => (reach === 'some' && chosen.length === 0 ? texts.accountsMissing : null),
      reason: (reason, { reach, accounts }) =>
        needsReason(reach, accounts) && !reason.trim() ? texts.reasonMissing : null,
      password: (password) => (hasPassword && !password ? session.ownPasswordMissing : null),
    },
  })
  const submit = form.onSubmit(({ name, reach, accounts, scopes, life, reason, password }) =>
    create.mutate({
      name: name.trim(),
      ...(reach === 'some' ? { accounts } : {}),
      ...(scopes.length > 0 ? { scopes } : {}),
      ...(life === 'never' ? {} : { expires_at: Math.floor(Date.now() / 1000) + Number(life) * DAY }),
      ...(needsReason(reach, accounts) ? { reason: reason.trim() } : {}),
      ...(hasPassword ? { password } : {}),
    }),
  )
  const { reach, accounts: chosen } = form.values
  const others = othersOf(reach, chosen)
  const found = accounts.data?.accounts ?? []
  // Those that were chosen stay on offer when something else is looked for.
  const kept = chosen.flatMap((id) => seen.get(id) ?? [])
  const offered = [...found, ...kept.filter(({ id }) => !found.some((one) => one.id === id))]
  const reached = reach === 'all' ? found : kept
  const granted = [...new Set(reached.flatMap(({ granted_scope }) => scopeList(granted_scope)))].sort()
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        {create.error && <SelfProblem error={create.error} />}
        <TextInput
          label={texts.name}
          description={texts.nameHelp}
          required
          data-autofocus
          {...form.getInputProps('name')}
        />
        {isAdmin && (
          <Radio.Group label={texts.scope} {...form.getInputProps('reach')}>
            <Stack gap="xs" mt="xs">
              <Radio value="all" label={texts.scopeAll} />
              <Radio value="some" label={texts.scopeSome} />
            </Stack>
          </Radio.Group>
        )}
        {reach === 'some' && (
          <MultiSelect
            label={texts.chooseAccounts}
            description={isAdmin ? undefined : texts.chooseAccountsMember}
            data={offered.map((account) => ({ value: account.id, label: labelOf(account) }))}
            searchable
            searchValue={words}
            onSearchChange={setWords}
            // The server has looked, in more than the words that are shown.
            filter={({ options }) => options}
            required
            {...form.getInputProps('accounts')}
            onChange={(ids) => {
              setSeen(new Map(offered.map((account) => [account.id, account])))
              form.setFieldValue('accounts', ids)
            }}
          />
        )}
        <TagsInput
          label={texts.scopes}
          description={texts.scopesHelp}
          data={granted}
          splitChars={[' ', ',']}
          acceptValueOnBlur
          {...form.getInputProps('scopes')}
        />
        <Select
          label={texts.expiry}
          data={[
            ...LIVES.map((days) => ({
              value: String(days),
              label: days === 365 ? texts.year : texts.days({ count: days }),
            })),
            { value: 'never', label: texts.never },
          ]}
          allowDeselect={false}
          {...form.getInputProps('life')}
        />
        {needsReason(reach, chosen) && (
          <Notice tone="warn" icon={IconUsers} title={texts.othersTitle}>
            <Stack gap="md">
              {others > 0 && <Text size="sm">{texts.others({ count: others })}</Text>}
              {(others === 0 || isLeft(reach, chosen)) && <Text size="sm">{texts.othersLeft}</Text>}
              <Textarea
                label={texts.reason}
                description={others > 0 ? texts.reasonHelp : undefined}
                autosize
                minRows={2}
                maxLength={500}
                required
                {...form.getInputProps('reason')}
              />
            </Stack>
          </Notice>
        )}
        <OwnPassword {...form.getInputProps('password')} />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {texts.create}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
