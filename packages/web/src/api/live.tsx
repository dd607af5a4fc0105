import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { useLanguage } from '../languages/speaking.tsx'
import { openEventStream, type StreamStatus } from './event-stream.ts'

const Status = createContext<StreamStatus>('opening')

/** Holds the one event stream of the page open while its children are shown. */
export function Live({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [status, setStatus] = useState<StreamStatus>('opening')
  const { tag } = useLanguage()
  const heard = useRef(tag)
  useEffect(() => {
    // What the server said until now, it said in another language.
    if (heard.current !== tag) void client.invalidateQueries()
    heard.current = tag
    return openEventStream(client, setStatus)
  }, [client, tag])
  return <Status value={status}>{children}</Status>
}

export function useStreamStatus(): StreamStatus {
  return useContext(Status)
}

/** While the stream is down, queries that must be current ask by themselves. */
export function usePollInterval(): number | false {
  return useContext(Status) === 'open' ? false : 4_000
}
