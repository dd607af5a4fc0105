import { Button, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { beginByLink, lookAtLink } from '../api/links.ts'
import type { ConnectRequest } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Door } from '../session/door.tsx'
import { Facts } from '../shared/facts.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useLinkToken } from '../shared/use-link-token.ts'
import { When } from '../shared/when.tsx'

/** Somebody without a user here was sent a link: who asks them, for what, and the way to the provider. */
export function ConnectLinkPage() {
  const texts = useTexts('links')
  const token = useLinkToken()
  const asked = useQuery({
    queryKey: ['connect-link', token],
    queryFn: () => lookAtLink(token),
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (token === '') {
    return (
      <Door title={texts.title}>
        <Notice tone="warn" icon={IconInfoCircle} title={texts.incompleteTitle}>
          <Text size="sm">{texts.incomplete}</Text>
        </Notice>
      </Door>
    )
  }
  return (
    <Door title={texts.title} {...(asked.data && { lead: texts.lead({ who: asked.data.asked_by }) })}>
      {asked.error && <ProblemAlert error={asked.error} />}
      {asked.isPending && <LoadingRows />}
      {asked.data && <Request request={asked.data} token={token} />}
    </Door>
  )
}

function Request({ request, token }: { request: ConnectRequest; token: string }) {
  const texts = useTexts('links')
  const begin = useMutation({
    mutationFn: () => beginByLink(token),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  return (
    <Stack>
      <Facts
        facts={[
          [texts.askedBy, request.asked_by],
          ...(request.note ? [[texts.note, request.note] as const] : []),
          [texts.provider, request.provider_name],
          ...(request.login_hint ? [[texts.account, request.login_hint] as const] : []),
          [texts.scope, request.scope],
          [texts.server, request.server],
          [texts.until, <When key="until" at={request.expires_at} />],
        ]}
      />
      <Text size="sm">{texts.warning({ who: request.asked_by })}</Text>
      {begin.error && <ProblemAlert error={begin.error} />}
      <Button size="md" loading={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        {texts.continueTo({ provider: request.provider_name })}
      </Button>
    </Stack>
  )
}
