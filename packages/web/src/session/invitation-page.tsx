import { Button, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router'
import { acceptInvitation, lookAtInvitation } from '../api/session.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useTell } from '../shared/tell.ts'
import { useLinkToken } from '../shared/use-link-token.ts'
import { Door } from './door.tsx'
import { NewPassword, shortPassword } from './new-password.tsx'

/** Somebody who was invited, or lost their password, chooses one. The token comes in the fragment of the link. */
export function InvitationPage() {
  const texts = useTexts('session')
  const tell = useTell()
  const client = useQueryClient()
  const navigate = useNavigate()
  const token = useLinkToken()
  const form = useForm({ initialValues: { password: '' }, validate: { password: shortPassword(texts) } })
  const accept = useMutation({
    mutationFn: acceptInvitation,
    onSuccess: async ({ user }) => {
      // Whoever was signed in in this browser before leaves nothing behind.
      await client.resetQueries()
      await navigate('/', { replace: true })
      // The link does not tell the name that they will type from now on.
      if (user) tell(texts.nameIs({ name: user.name }), { autoClose: 15_000 })
    },
  })
  // Before somebody thinks of a password: a link that was used, or is too old, is told at once.
  const look = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => lookAtInvitation({ token }),
    enabled: token !== '' && accept.isIdle,
    retry: false,
    gcTime: 0,
  })
  if (!token) {
    return (
      <Door title={texts.invitationTitle}>
        <Notice tone="warn" icon={IconInfoCircle} title={texts.invitationLinkTitle}>
          <Text size="sm">{texts.invitationLink}</Text>
        </Notice>
      </Door>
    )
  }
  if (look.error && accept.isIdle) {
    return (
      <Door title={texts.invitationTitle}>
        <ProblemAlert
          error={look.error}
          action={
            <Button component={Link} to="/sign-in" size="xs" variant="default">
              {texts.toSignIn}
            </Button>
          }
        />
      </Door>
    )
  }
  if (!look.data && accept.isIdle) return <Door title={texts.invitationTitle}>{null}</Door>
  return (
    <Door title={texts.invitationTitle} lead={texts.invitationLead}>
      <form onSubmit={form.onSubmit(({ password }) => accept.mutate({ token, password }))} noValidate>
        <Stack>
          {accept.error && <ProblemAlert error={accept.error} />}
          {look.data && <Text size="sm">{texts.invitationFor({ name: look.data.name })}</Text>}
          <NewPassword value={form.values.password} input={{ autoFocus: true, ...form.getInputProps('password') }} />
          <Button type="submit" size="md" loading={accept.isPending} mt="xs">
            {texts.choosePassword}
          </Button>
        </Stack>
      </form>
    </Door>
  )
}
