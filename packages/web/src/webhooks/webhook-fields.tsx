import { Checkbox, Radio, Stack, TextInput } from '@mantine/core'
import { isNotEmpty, type UseFormReturnType, useForm } from '@mantine/form'
import type { NewWebhook, Webhook, WebhookEventType } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'

/** Types that can be chosen, in the order in which they are shown. */
const EVENTS = [
  'account.connected',
  'account.needs_consent',
  'account.unavailable',
  'account.restored',
  'account.paused',
  'account.removed',
  'connection.broken',
  'connection.restored',
  'connection.secret_expiring',
  'connection.removed',
] as const satisfies readonly WebhookEventType[]

interface Draft {
  readonly url: string
  readonly description: string
  readonly reach: string
  readonly events: string[]
}

export function useWebhookForm(webhook?: Webhook): UseFormReturnType<Draft> {
  const texts = useTexts('webhooks')
  return useForm<Draft>({
    initialValues: {
      url: webhook?.url ?? '',
      description: webhook?.description ?? '',
      reach: webhook?.events ? 'some' : 'all',
      events: [...(webhook?.events ?? [])],
    },
    validate: {
      url: isNotEmpty(texts.urlMissing),
      events: (chosen, { reach }) => (reach === 'some' && chosen.length === 0 ? texts.eventsMissing : null),
    },
  })
}

/** What a form says, as the server takes it. */
export function webhookOf({ url, description, reach, events }: Draft): NewWebhook {
  const chosen = EVENTS.filter((one) => events.includes(one))
  return { url: url.trim(), description: description.trim(), events: reach === 'all' ? null : chosen }
}

export function WebhookFields({ form }: { form: UseFormReturnType<Draft> }) {
  const texts = useTexts('webhooks')
  const words = useTexts('webhookEvents')
  return (
    <Stack gap="lg">
      <TextInput
        label={texts.url}
        description={texts.urlHelp}
        type="url"
        required
        data-autofocus
        {...form.getInputProps('url')}
      />
      <TextInput
        label={texts.description}
        description={texts.descriptionHelp}
        maxLength={200}
        {...form.getInputProps('description')}
      />
      <Radio.Group label={texts.reach} {...form.getInputProps('reach')}>
        <Stack gap="xs" mt="xs">
          <Radio value="all" label={texts.reachAll} />
          <Radio value="some" label={texts.reachSome} />
        </Stack>
      </Radio.Group>
      {form.values.reach === 'some' && (
        <Checkbox.Group label={texts.chooseEvents} required {...form.getInputProps('events')}>
          <Stack gap="xs" mt="xs">
            {EVENTS.map((type) => (
              <Checkbox key={type} value={type} label={words[type]} description={type} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </Stack>
  )
}
