import { Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Connection, Provider } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'
import { FileField } from './file-field.tsx'
import { SecretField } from './secret-field.tsx'

interface Props {
  form: DraftForm
  provider: Provider
  connection: Connection | undefined
  redirectUri: string | undefined
}

export function ClientFields({ form, provider, connection, redirectUri }: Props) {
  const clientAuthWords = useTexts('clientAuth')
  const texts = useTexts('connections')
  const [fromFile, setFromFile] = useState<string>()
  return (
    <Panel title={texts.clientTitle} description={texts.clientLead}>
      <Stack gap="lg">
        <FileField form={form} provider={provider} redirectUri={redirectUri} onSecret={setFromFile} />
        <TextInput
          label={texts.clientId}
          description={texts.clientIdHelp}
          required
          spellCheck={false}
          {...form.getInputProps('client_id')}
        />
        {form.values.client_auth !== 'none' && <SecretField form={form} connection={connection} fromFile={fromFile} />}
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
