import { Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconInfoCircle, IconUserOff, IconZoomQuestion } from '@tabler/icons-react'
import { useMemo } from 'react'
import type { Provider, ProviderSummary } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'
import { matching } from './provider-filter.ts'
import { ProviderMark } from './provider-mark.tsx'

interface Props {
  form: DraftForm
  providers: readonly ProviderSummary[]
  /** The one that is chosen, once it is known. */
  provider: Provider | undefined
  /** A stored connection keeps its provider: its accounts were granted there. Its name. */
  fixed: string | undefined
  onChoose: (id: string) => void
}

export function ProviderFields({ form, providers, provider, fixed, onChoose }: Props) {
  const texts = useTexts('connections')
  return (
    <Panel title={texts.providerTitle}>
      <Stack gap="lg">
        {fixed === undefined ? (
          <ProviderSelect form={form} providers={providers} onChoose={onChoose} />
        ) : (
          <Group gap="sm">
            <ProviderMark name={fixed} size={34} />
            <Text fw={600}>{fixed}</Text>
          </Group>
        )}
        {provider && <Sureness provider={provider} />}
        <TextInput label={texts.name} description={texts.nameHelp} required {...form.getInputProps('name')} />
      </Stack>
    </Panel>
  )
}

function ProviderSelect({ form, providers, onChoose }: Pick<Props, 'form' | 'providers' | 'onChoose'>) {
  const texts = useTexts('connections')
  const byId = useMemo(() => new Map(providers.map((one) => [one.id, one])), [providers])
  const data = useMemo(() => providers.map(({ id, name }) => ({ value: id, label: name })), [providers])
  return (
    <Select
      {...form.getInputProps('provider')}
      label={texts.provider}
      description={texts.providerHelp({ count: providers.length })}
      placeholder={texts.providerSearch}
      data={data}
      filter={({ search }) => {
        // The box holds the name of what is chosen; opening it again should offer all.
        const chosen = byId.get(form.values.provider)?.name === search
        return matching(providers, chosen ? '' : search).map(({ id, name }) => ({ value: id, label: name }))
      }}
      renderOption={({ option }) => <Option provider={byId.get(option.value)} />}
      onChange={(id) => id && onChoose(id)}
      nothingFoundMessage={texts.providerNone}
      searchable
      allowDeselect={false}
      required
      maxDropdownHeight={320}
    />
  )
}

function Option({ provider }: { provider: ProviderSummary | undefined }) {
  const texts = useTexts('connections')
  if (!provider) return null
  const { name, confidence, status, sandbox } = provider
  const words = [
    ...(status === 'active' ? [] : [texts.standing[status]]),
    ...(sandbox ? [texts.toPractise] : []),
    ...(confidence === 'single' ? [texts.single] : []),
  ]
  return (
    <Group gap="sm" justify="space-between" wrap="nowrap" w="100%">
      <Text component="span" inherit truncate>
        {name}
      </Text>
      {words.length > 0 && (
        <Text component="span" size="xs" c="dimmed" style={{ flex: 'none' }}>
          {words.join(', ')}
        </Text>
      )}
    </Group>
  )
}

/** What an administrator should know before relying on it. */
function Sureness({ provider: { name, confidence, sources, notes, consent } }: { provider: Provider }) {
  const texts = useTexts('connections')
  const { tag } = useLanguage()
  return (
    <>
      {!consent && (
        <Notice tone="warn" icon={IconUserOff} title={texts.noConsentTitle}>
          <Text size="sm">{texts.noConsentText({ provider: name })}</Text>
        </Notice>
      )}
      {confidence === 'single' && (
        <Notice tone="warn" icon={IconZoomQuestion} title={texts.singleTitle}>
          <Text size="sm">
            {texts.singleText({ provider: name, sources: new Intl.ListFormat(tag).format(sources) })}
          </Text>
        </Notice>
      )}
      {notes.length > 0 && (
        <Notice tone="quiet" icon={IconInfoCircle} title={texts.goodToKnow({ provider: name })}>
          {notes.map((note) => (
            <Text size="sm" key={note}>
              {note}
            </Text>
          ))}
        </Notice>
      )}
    </>
  )
}
