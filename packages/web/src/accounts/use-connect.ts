import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { accountQuery, authorizeAccount, dropAccount } from '../api/accounts.ts'
import { consentChannel } from '../api/agreed.ts'
import { makeLink } from '../api/links.ts'
import type { Account, ConnectLink, ConsentMessage, ConsentOutcome } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { type ConnectProgress, connectProgress, isUnderWay } from './connect-progress.ts'
import { openWaitingWindow } from './opening-window.ts'
import { useProviderName } from './provider-name.ts'

/** Seconds for which a link for another device works: it is opened right away. */
const DEVICE_LINK = 900

export interface Connecting {
  /** Where it stands; `undefined` before it began. */
  readonly progress: ConnectProgress | undefined
  /** The browser refused a window: this link does the same in a tab. */
  readonly link: string | undefined
  /** The person goes on with this link on another device. */
  readonly elsewhere: ConnectLink | undefined
  /** The window looks closed. It may not be: some providers cut the tie to us. */
  readonly windowGone: boolean
  /** The window is open, its address is being asked for. */
  readonly starting: boolean
  readonly error: unknown
  /** Call it inside a click. */
  readonly begin: () => void
  /** Makes a link for another device, and watches what comes of it. */
  readonly beginElsewhere: () => void
}

/**
 * Connects an account through a window of the provider. What happened is read from the account as the server
 * tells it; the window and its messages only make us ask sooner.
 */
export function useConnect(account: Account): Connecting {
  const client = useQueryClient()
  const language = useLanguage()
  const provider = useProviderName(account)
  const [before, setBefore] = useState<Account>()
  const [link, setLink] = useState<string>()
  const [windowGone, setWindowGone] = useState(false)
  const opened = useRef<Window>(undefined)
  const [waited, setWaited] = useState(false)
  const [told, setTold] = useState<ConsentOutcome>()
  const authorize = useMutation({ mutationFn: () => authorizeAccount(account.id) })
  const progress = before && connectProgress({ before, waited, told }, account)
  const running = isUnderWay(progress)

  const makeOtherLink = useMutation({ mutationFn: () => makeLink(account.id, { lifetime: DEVICE_LINK }), gcTime: 0 })

  const reset = () => {
    opened.current?.close()
    opened.current = undefined
    setWindowGone(false)
    setLink(undefined)
    setWaited(false)
    setTold(undefined)
    setBefore(undefined)
    authorize.reset()
    makeOtherLink.reset()
  }
  const beginElsewhere = () => {
    reset()
    makeOtherLink.mutate(undefined, { onSuccess: () => setBefore(account) })
  }
  const begin = () => {
    reset()
    const popup = openWaitingWindow(provider, language)
    opened.current = popup
    authorize.mutate(undefined, {
      onSuccess: ({ url }) => {
        setBefore(account)
        if (popup && !popup.closed) popup.location.replace(url)
        else if (popup) setWindowGone(true)
        else setLink(url)
      },
      onError: () => popup?.close(),
    })
  }

  useEffect(() => {
    if (running && account.awaiting_consent) setWaited(true)
  }, [running, account.awaiting_consent])

  useEffect(() => {
    if (!running) return
    const ask = () => void client.invalidateQueries({ queryKey: accountQuery(account.id).queryKey })
    const onMessage = (event: MessageEvent<unknown>) => {
      if (event.origin !== window.location.origin || !isAbout(event.data, account.id)) return
      const { account: other, replaced, outcome } = event.data
      // It is gone; the page goes on to the one that has its grant.
      if (replaced === account.id && other) return dropAccount(client, account.id, other)
      setTold(outcome)
      ask()
    }
    const channel = new BroadcastChannel(consentChannel)
    channel.onmessage = onMessage
    window.addEventListener('message', onMessage)
    // Coming back to this tab from a window or another tab is a good moment to look.
    window.addEventListener('focus', ask)
    const timer = window.setInterval(() => {
      if (opened.current?.closed) setWindowGone(true)
    }, 500)
    return () => {
      channel.close()
      window.removeEventListener('message', onMessage)
      window.removeEventListener('focus', ask)
      window.clearInterval(timer)
    }
  }, [running, client, account.id])

  return {
    progress,
    link,
    elsewhere: makeOtherLink.data,
    windowGone,
    starting: authorize.isPending || makeOtherLink.isPending,
    error: authorize.error ?? makeOtherLink.error,
    begin,
    beginElsewhere,
  }
}

function isAbout(data: unknown, account: string): data is ConsentMessage {
  if (typeof data !== 'object' || data === null || !('outcome' in data)) return false
  return !('account' in data) || data.account === account || ('replaced' in data && data.replaced === account)
}
