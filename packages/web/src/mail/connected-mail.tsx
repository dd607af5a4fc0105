import { Group, Loader, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { scopeList } from '../accounts/permissions.ts'
import { verifyMail } from '../api/mail.ts'
import { providerQuery } from '../api/providers.ts'
import type { Account, ProviderFeature } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { MailSteps } from './mail-steps.tsx'

/** Features by which programs read or send mail, as the catalogue of providers names them. */
const MAIL: ReadonlySet<ProviderFeature['id']> = new Set(['mail', 'imap', 'pop', 'smtp'])

/** Of an account that was just connected: proof that mail works, when mail is what was allowed. */
export function ConnectedMail({ account }: { account: Account }) {
  const texts = useTexts('mail')
  const features = useQuery(providerQuery(account.connection.provider)).data?.features ?? []
  const granted = new Set(scopeList(account.granted_scope))
  const isMail = features.some(({ id, scopes }) => MAIL.has(id) && scopes.every((scope) => granted.has(scope)))
  const tested = useQuery({
    queryKey: ['mail', account.id, 'connected', account.version],
    queryFn: () => verifyMail(account.id),
    enabled: isMail,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  if (!isMail) return null
  if (tested.data) return <MailSteps test={tested.data} />
  if (tested.isError) return <ProblemAlert error={tested.error} retry={() => void tested.refetch()} />
  return (
    <Group gap="xs" role="status">
      <Loader size={16} color="var(--mantine-color-anchor)" />
      <Text size="sm">{texts.testing}</Text>
    </Group>
  )
}
