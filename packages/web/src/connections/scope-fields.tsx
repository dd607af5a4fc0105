import { Checkbox, Stack, Text, Textarea } from '@mantine/core'
import type { Provider, ProviderFeature } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import type { DraftForm } from './draft-form.ts'
import { addFeature, hasFeature, removeFeature } from './scopes.ts'

/** Permissions as named features; the raw scopes stay visible and editable below, and are what is stored. */
export function ScopeFields({ form, provider }: { form: DraftForm; provider: Provider }) {
  const texts = useTexts('connections')
  const { scope } = form.values
  const toggle = (feature: ProviderFeature, on: boolean) =>
    form.setFieldValue('scope', on ? addFeature(scope, feature) : removeFeature(scope, feature, provider.features))
  return (
    <Panel title={texts.scopeTitle} description={texts.scopeLead}>
      <Stack gap="md">
        {provider.features.map((feature) => (
          <Checkbox
            key={feature.id}
            label={feature.title}
            description={feature.scopes.join(' ')}
            checked={hasFeature(scope, feature)}
            onChange={(event) => toggle(feature, event.currentTarget.checked)}
            styles={{ description: { overflowWrap: 'anywhere' }, body: { minWidth: 0 }, labelWrapper: { minWidth: 0 } }}
          />
        ))}
        <Textarea
          label={texts.scopeRaw}
          description={texts.scopeRawHelp}
          autosize
          minRows={2}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
          {...form.getInputProps('scope')}
        />
        {provider.default_scopes.length > 0 && (
          <Text size="sm" c="dimmed">
            {texts.scopeAlways}: <code>{provider.default_scopes.join(' ')}</code>
          </Text>
        )}
      </Stack>
    </Panel>
  )
}
