import { Select, Stack, TextInput } from '@mantine/core'
import type { Provider } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'

/** What this provider wants to know about the organisation, for instance a tenant: rendered from its data. */
export function ParameterFields({ form, provider }: { form: DraftForm; provider: Provider }) {
  const texts = useTexts('connections')
  return (
    <Panel title={texts.parametersTitle}>
      <Stack gap="lg">
        {provider.parameters.map(({ name, title, help, example, values, default: preset, optional }) =>
          values ? (
            <Select
              key={name}
              label={title}
              description={help}
              data={values}
              allowDeselect={false}
              required={!optional}
              {...form.getInputProps(`parameters.${name}`)}
            />
          ) : (
            <TextInput
              key={name}
              label={title}
              description={
                [help, example && texts.example({ example }), optional && texts.parameterOptional]
                  .filter(Boolean)
                  .join(' ') || undefined
              }
              placeholder={preset}
              required={preset === undefined && !optional}
              spellCheck={false}
              {...form.getInputProps(`parameters.${name}`)}
            />
          ),
        )}
      </Stack>
    </Panel>
  )
}
