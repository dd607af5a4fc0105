import { useEffect, useState } from 'react'

/** The token in the fragment of a link; kept when the fragment goes, replaced when another link is opened in the same tab. */
export function useLinkToken(): string {
  const [token, setToken] = useState(inAddress)
  useEffect(() => {
    const follow = (): void => setToken((before) => inAddress() || before)
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  return token
}

function inAddress(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''
}
