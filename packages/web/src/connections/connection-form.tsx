import { Button, Skeleton, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ProblemError } from '../api/problem-error.ts'
import { providerQuery, providersQuery } from '../api/providers.ts'
import type { Connection, Provider, ProviderSummary } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword } from '../session/user.ts'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { ClientFields } from './client-fields.tsx'
import { type ConnectionDraft, draftErrors, draftFor, draftOf, emptyDraft, needsProof } from './connection-draft.ts'
import { EndpointFields } from './endpoint-fields.tsx'
import { ParameterFields } from './parameter-fields.tsx'
import { ProviderFields } from './provider-fields.tsx'
import { Registration } from './registration.tsx'
import { ScopeFields } from './scope-fields.tsx'
import { SignInFields } from './sign-in-fields.tsx'

interface Props {
  connection?: Connection
  /** The connection's own, or the one that it will have. */
  redirectUri: string | undefined
  busy: boolean
  error: unknown
  onSubmit: (draft: ConnectionDraft) => void
}

export function ConnectionForm(props: Props) {
  const providers = useQuery(providersQuery)
  if (providers.data) return <LoadedForm {...props} providers={providers.data} />
  if (providers.isError) return <ProblemAlert error={providers.error} retry={() => void providers.refetch()} />
  return <Skeleton height={420} radius="lg" />
}

function LoadedForm({
  connection,
  redirectUri,
  busy,
  error,
  onSubmit,
  providers,
}: Props & { providers: ProviderSummary[] }) {
  const texts = useTexts('connections')
  const { ownPasswordMissing } = useTexts('session')
  const hasPassword = useHasPassword()
  const asksPassword = (draft: ConnectionDraft): boolean => hasPassword && needsProof(draft, connection)
  const [chosen, setChosen] = useState(connection?.provider)
  const details = useQuery({ ...providerQuery(chosen ?? ''), enabled: chosen !== undefined })
  const provider = details.data
  const form = useForm<ConnectionDraft>({
    initialValues: connection ? draftOf(connection) : emptyDraft,
    validate: (draft) => ({
      ...draftErrors(draft, provider, texts),
      ...(asksPassword(draft) && !draft.password ? { password: ownPasswordMissing } : {}),
    }),
  })
  const [refused, setRefused] = useState(false)

  // The server may know better than the browser which field is wrong.
  useEffect(() => {
    if (!(error instanceof ProblemError) || !error.problem.field) return
    form.setFieldError(error.problem.field, error.problem.detail)
    form.getInputNode(error.problem.field)?.focus()
  }, [error, form.setFieldError, form.getInputNode])

  const [filled, setFilled] = useState<Provider>()
  const choose = (id: string) => {
    form.setFieldValue('provider', id)
    setChosen(id)
  }
  // What the chosen provider needs comes a moment later than its name.
  useEffect(() => {
    if (connection || !provider || provider === filled) return
    const named = form.values.name && form.values.name !== filled?.name
    form.setValues({ ...draftFor(provider), ...(named ? {} : { name: provider.needs_issuer ? '' : provider.name }) })
    form.clearErrors()
    setFilled(provider)
  }, [connection, provider, filled, form.values.name, form.setValues, form.clearErrors])
  const submit = form.onSubmit(
    (draft) => {
      setRefused(false)
      onSubmit(draft)
    },
    (errors) => {
      setRefused(true)
      const first = Object.keys(errors)[0]
      if (first) form.getInputNode(first)?.focus()
    },
  )
  return (
    <form onSubmit={submit} noValidate autoComplete="off">
      <Stack gap="lg">
        <ProviderFields
          form={form}
          providers={providers}
          provider={provider}
          fixed={connection?.provider_name}
          onChoose={choose}
        />
        {details.isError && <ProblemAlert error={details.error} retry={() => void details.refetch()} />}
        {details.isLoading && <Skeleton height={240} radius="lg" />}
        {provider && (
          <>
            <Registration provider={provider} redirectUri={redirectUri} made={connection !== undefined} />
            <ClientFields form={form} provider={provider} connection={connection} redirectUri={redirectUri} />
            {provider.parameters.length > 0 && <ParameterFields form={form} provider={provider} />}
            {provider.needs_issuer && <EndpointFields form={form} />}
            <ScopeFields form={form} provider={provider} />
            {provider.consent && <SignInFields form={form} />}
          </>
        )}
        {provider && asksPassword(form.values) && (
          <OwnPassword description={texts.settingsProof} {...form.getInputProps('password')} />
        )}
        {error ? <SelfProblem error={error} /> : null}
        {refused && (
          <Text c="var(--mantine-color-error)" size="sm" role="alert">
            {texts.notSaved}
          </Text>
        )}
        {provider && (
          <div>
            <Button type="submit" size="md" loading={busy}>
              {connection ? texts.saveChanges : texts.save}
            </Button>
          </div>
        )}
      </Stack>
    </form>
  )
}
