import { Stack, TextInput } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'

export function EndpointFields({ form }: { form: DraftForm }) {
  const texts = useTexts('connections')
  return (
    <Panel title={texts.issuerTitle} description={texts.issuerLead}>
      <Stack gap="lg">
        <TextInput
          label={texts.issuer}
          description={texts.issuerHelp}
          type="url"
          spellCheck={false}
          {...form.getInputProps('issuer')}
        />
        <TextInput
          label={texts.authorizationEndpoint}
          type="url"
          spellCheck={false}
          {...form.getInputProps('authorization_endpoint')}
        />
        <TextInput
          label={texts.tokenEndpoint}
          type="url"
          spellCheck={false}
          {...form.getInputProps('token_endpoint')}
        />
      </Stack>
    </Panel>
  )
}
