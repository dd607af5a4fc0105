import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import { serverAddress } from './server-address.ts'
import type { MailChange, MailList, MailMessage, MailSettings, MailTest, NewMail, SentMail } from './types.ts'

const path = (account: string) => `/v1/accounts/${encodeURIComponent(account)}/mail`

export const mailQuery = (account: string) =>
  queryOptions({
    queryKey: ['mail', account],
    queryFn: ({ signal }) => request<MailSettings>('GET', path(account), undefined, signal),
  })

/** `before`: the page of older messages that begins there. */
export const inboxQuery = (account: string, before: number | undefined) =>
  queryOptions({
    queryKey: ['mail', account, 'inbox', before],
    queryFn: ({ signal }) => {
      const older = before === undefined ? '' : `?before=${before}`
      return request<MailList>('GET', `${path(account)}/messages${older}`, undefined, signal)
    },
    staleTime: 0,
    retry: false,
  })

export const messageQuery = (account: string, uid: number) =>
  queryOptions({
    queryKey: ['mail', account, 'message', uid],
    queryFn: ({ signal }) => request<MailMessage>('GET', `${path(account)}/messages/${uid}`, undefined, signal),
    retry: false,
  })

/** Where a browser saves an attachment from. */
export const attachmentAddress = (account: string, uid: number, part: string): string =>
  serverAddress(`${path(account)}/messages/${uid}/attachments/${encodeURIComponent(part)}`)

export const changeMail = (account: string, change: MailChange) => request<MailSettings>('PUT', path(account), change)
export const verifyMail = (account: string) => request<MailTest>('POST', `${path(account)}/verify`)
export const restoreMail = (account: string) => request<MailSettings>('DELETE', path(account))
export const sendMail = (account: string, mail: NewMail) => request<SentMail>('POST', `${path(account)}/send`, mail)
