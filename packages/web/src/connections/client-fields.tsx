import { Select, Stack, TextInput } from '@mantine/core'
import type { Connection, Provider } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'
import { SecretField } from './secret-field.tsx'

interface Props {
  form: DraftForm
  provider: Provider
  connection: Connection | undefined
}

export function ClientFields({ form, provider, connection }: Props) {
  const clientAuthWords = useTexts('clientAuth')
  const texts = useTexts('connections')
  return (
    <Panel title={texts.clientTitle} description={texts.clientLead}>
      <Stack gap="lg">
        <TextInput
          label={texts.clientId}
          description={texts.clientIdHelp}
          required
          spellCheck={false}
          {...form.getInputProps('client_id')}
        />
        {form.values.client_auth !== 'none' && <SecretField form={form} connection={connection} />}
        {form.values.client_auth !== 'none' && (
          <TextInput
            type="date"
            label={texts.secretExpiry}
            description={texts.secretExpiryHelp}
            {...form.getInputProps('secret_expires')}
          />
        )}
        {provider.client_auth.length > 1 && (
          <Select
            label={texts.clientAuth}
            description={texts.clientAuthHelp}
            data={provider.client_auth.map((value) => ({ value, label: clientAuthWords[value] }))}
            allowDeselect={false}
            {...form.getInputProps('client_auth')}
          />
        )}
      </Stack>
    </Panel>
  )
}
