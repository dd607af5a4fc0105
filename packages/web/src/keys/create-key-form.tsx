import { Button, Group, MultiSelect, Radio, Select, Stack, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { useMutation, useQuery } from '@tanstack/react-query'
import { accountAddress } from '../accounts/account-label.ts'
import { accountsQuery } from '../api/accounts.ts'
import { createApiKey } from '../api/api-keys.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

const LIVES = [30, 90, 365] as const
const DAY = 86_400

export function CreateKeyForm({ onCreated }: { onCreated: (key: string) => void }) {
  const texts = useTexts('keys')
  const accounts = useQuery(accountsQuery)
  const form = useForm({
    initialValues: { name: '', reach: 'all', accounts: [] as string[], life: '90' },
    validate: {
      name: isNotEmpty(texts.nameMissing),
      accounts: (chosen, { reach }) => (reach === 'some' && chosen.length === 0 ? texts.accountsMissing : null),
    },
  })
  const create = useMutation({ mutationFn: createApiKey, gcTime: 0, onSuccess: ({ key }) => onCreated(key) })
  const submit = form.onSubmit(({ name, reach, accounts, life }) =>
    create.mutate({
      name: name.trim(),
      ...(reach === 'some' ? { accounts } : {}),
      ...(life === 'never' ? {} : { expires_at: Math.floor(Date.now() / 1000) + Number(life) * DAY }),
    }),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        {create.error && <ProblemAlert error={create.error} />}
        <TextInput
          label={texts.name}
          description={texts.nameHelp}
          required
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Radio.Group label={texts.scope} {...form.getInputProps('reach')}>
          <Stack gap="xs" mt="xs">
            <Radio value="all" label={texts.scopeAll} />
            <Radio value="some" label={texts.scopeSome} />
          </Stack>
        </Radio.Group>
        {form.values.reach === 'some' && (
          <MultiSelect
            label={texts.chooseAccounts}
            data={accounts.data?.map((account) => ({ value: account.id, label: accountAddress(account) })) ?? []}
            searchable
            required
            {...form.getInputProps('accounts')}
          />
        )}
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
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {texts.create}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
