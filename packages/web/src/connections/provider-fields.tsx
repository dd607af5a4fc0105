import { Group, Select, Stack, Text, TextInput } from '@mantine/core'
import type { Provider } from '../api/types.ts'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'
import { ProviderMark } from './provider-mark.tsx'
import { texts } from './texts.ts'

interface Props {
  form: DraftForm
  providers: readonly Provider[]
  /** A stored connection keeps its provider: its accounts were granted there. */
  fixed: boolean
  onChoose: (id: string) => void
}

export function ProviderFields({ form, providers, fixed, onChoose }: Props) {
  const provider = providers.find(({ id }) => id === form.values.provider)
  return (
    <Panel title={texts.providerTitle}>
      <Stack gap="lg">
        {fixed ? (
          <Group gap="sm">
            <ProviderMark name={provider?.name ?? ''} size={34} />
            <Text fw={600}>{provider?.name}</Text>
          </Group>
        ) : (
          <Select
            {...form.getInputProps('provider')}
            label={texts.provider}
            placeholder={texts.providerSearch}
            data={providers.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => id && onChoose(id)}
            nothingFoundMessage={texts.providerNone}
            searchable
            allowDeselect={false}
            required
            maxDropdownHeight={320}
          />
        )}
        <TextInput label={texts.name} description={texts.nameHelp} required {...form.getInputProps('name')} />
      </Stack>
    </Panel>
  )
}
