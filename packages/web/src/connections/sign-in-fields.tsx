import { Checkbox, Radio, Stack, Switch, TextInput } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'

/** Whether people sign in to this server with the connection, and who. */
export function SignInFields({ form }: { form: DraftForm }) {
  const texts = useTexts('connections')
  const { on, provision } = form.values.sign_in
  return (
    <Panel title={texts.signInTitle} description={texts.signInLead}>
      <Stack gap="lg">
        <Switch
          label={texts.signInOn}
          description={texts.signInOnHelp}
          {...form.getInputProps('sign_in.on', { type: 'checkbox' })}
        />
        {on && (
          <>
            <Radio.Group
              label={texts.signInWho}
              value={provision ? 'domains' : 'invited'}
              onChange={(who) => form.setFieldValue('sign_in.provision', who === 'domains')}
            >
              <Stack gap="xs" mt="xs">
                <Radio value="invited" label={texts.signInInvited} description={texts.signInInvitedHelp} />
                <Radio value="domains" label={texts.signInDomains} description={texts.signInDomainsHelp} />
              </Stack>
            </Radio.Group>
            {provision && (
              <TextInput
                label={texts.domains}
                description={texts.domainsHelp}
                autoComplete="off"
                spellCheck={false}
                required
                {...form.getInputProps('sign_in.domains')}
              />
            )}
            <Checkbox
              label={texts.signInConnect}
              description={texts.signInConnectHelp}
              {...form.getInputProps('sign_in.connect', { type: 'checkbox' })}
            />
            <Checkbox
              label={texts.trustEmail}
              description={texts.trustEmailHelp}
              {...form.getInputProps('sign_in.trust_email', { type: 'checkbox' })}
            />
          </>
        )}
      </Stack>
    </Panel>
  )
}
