import { Button, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { PermissionNames } from '../accounts/permission-names.tsx'
import { askedPermissions, scopeList } from '../accounts/permissions.ts'
import { beginByLink, lookAtLink } from '../api/links.ts'
import type { ConnectRequest } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { Door } from '../session/door.tsx'
import { Facts } from '../shared/facts.tsx'
import { Folded } from '../shared/folded.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useLinkToken } from '../shared/use-link-token.ts'
import { When } from '../shared/when.tsx'
import { keepLink, keptLink } from './kept-link.ts'

/** Somebody without a user here was sent a link: who asks them, for what, and the way to the provider. */
export function ConnectLinkPage() {
  const texts = useTexts('links')
  const inAddress = useLinkToken()
  const token = inAddress || keptLink()
  const asked = useQuery({
    queryKey: ['connect-link', token],
    queryFn: () => lookAtLink(token),
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { isSuccess, isError } = asked
  useEffect(() => {
    // The way back from the provider leads here without it. One that does not work is none to come back to.
    if (isSuccess) keepLink(token)
    if (isError) keepLink('')
  }, [isSuccess, isError, token])
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
      {asked.data && <Request key={token} request={asked.data} token={token} />}
    </Door>
  )
}

function Request({ request, token }: { request: ConnectRequest; token: string }) {
  const texts = useTexts('links')
  const language = useLanguage()
  const begin = useMutation({
    mutationFn: () => beginByLink(token),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  const { reset } = begin
  useEffect(() => {
    // Who goes back from the provider may find the page as it was left, with its button still at work.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (persisted) reset()
    }
    window.addEventListener('pageshow', onShow)
    return () => window.removeEventListener('pageshow', onShow)
  }, [reset])
  return (
    <Stack>
      <Facts
        facts={[
          [texts.askedBy, request.asked_by],
          ...(request.note ? [[texts.note, request.note] as const] : []),
          [texts.provider, request.provider_name],
          ...(request.login_hint ? [[texts.account, request.login_hint] as const] : []),
          [
            texts.scope,
            <PermissionNames
              key="scope"
              permissions={askedPermissions(scopeList(request.scope), request.features, language.texts)}
            />,
          ],
          [texts.server, request.server],
          [texts.until, <When key="until" at={request.expires_at} />],
        ]}
      />
      <Folded title={texts.rawScopes({ provider: request.provider_name })}>
        <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {request.scope}
        </Text>
      </Folded>
      <Text size="sm">{texts.warning({ who: request.asked_by })}</Text>
      <Text size="sm">{texts.confirmedBy({ who: request.asked_by })}</Text>
      {begin.error && <ProblemAlert error={begin.error} />}
      <Button size="md" loading={begin.isPending || begin.isSuccess} onClick={() => begin.mutate()}>
        {texts.continueTo({ provider: request.provider_name })}
      </Button>
    </Stack>
  )
}
